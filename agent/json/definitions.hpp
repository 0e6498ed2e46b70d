// Definitions as people write them, in JSON. What is accepted, with the defaults, is described in
// docs/definitions.md; unknown and repeated keys, wrong types and broken text are InvalidArgument with the field.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/core/definitions.hpp"
#include "agent/core/runtime.hpp"
#include "base/error.hpp"

namespace mcpctl {

// At most this many bytes of text are looked at.
constexpr std::size_t max_definition_bytes = std::size_t{256} * 1024;

// Decoded and validated.
[[nodiscard]] Result<ServerDefinition> parse_server(std::string_view text);
[[nodiscard]] Result<ProfileDefinition> parse_profile(std::string_view text);

// What is at its default is written too, so that a reader sees what holds. Parsing it gives the same value.
[[nodiscard]] std::string to_json(const ServerDefinition& server);
[[nodiscard]] std::string to_json(const ProfileDefinition& profile);
// {"server": …, "profile": …}
[[nodiscard]] std::string to_json(const InstanceConfig& config);
// The configuration, what follows from both definitions together, and what enforces it.
[[nodiscard]] std::string to_json(const InstanceConfig& config, const std::vector<EnforcedSetting>& enforced);

}  // namespace mcpctl
