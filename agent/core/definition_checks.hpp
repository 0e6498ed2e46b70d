// Checks of single values in definitions. Each names the field as it is spelt in JSON, the reason and the way out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/core/definitions.hpp"
#include "base/error.hpp"

namespace mcpctl {

// With the largest values that are kept, they stay below the 1 MiB that PID 1 gives a unit's credentials.
constexpr std::size_t max_secrets = 32;

// The program: an absolute, normalised path, or a bare file name that PID 1 looks up in its search path.
[[nodiscard]] Result<void> check_program(std::string_view program, std::string_view field);
[[nodiscard]] Result<void> check_arguments(const std::vector<std::string>& arguments, std::string_view field);
[[nodiscard]] Result<void> check_environment(const Environment& env, std::string_view field);
[[nodiscard]] Result<void> check_secrets(const std::vector<SecretUse>& secrets, std::string_view field);
// The name of a user of this machine, or "dynamic".
[[nodiscard]] Result<void> check_user(std::string_view user, std::string_view field);
// A path that is bound into the sandbox.
[[nodiscard]] Result<void> check_bound_path(std::string_view path, std::string_view field);
// The name of an image as an engine takes it: [HOST[:PORT]/]PATH[:TAG][@DIGEST].
[[nodiscard]] Result<void> check_image(std::string_view image, std::string_view field);
// The path of an HTTP endpoint.
[[nodiscard]] Result<void> check_endpoint_path(std::string_view path, std::string_view field);

}  // namespace mcpctl
