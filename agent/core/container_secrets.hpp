// Where the secrets of a container are. PID 1 gives them to the unit that stands for it, whose relay copies them to
// where the container can have them: credentials of a unit are for the unit's own user alone, and the user in an image
// is anybody.
#pragma once

#include <format>
#include <string>
#include <string_view>

namespace mcpctl {

// Made for the unit by PID 1 below /run, a tmpfs, for root alone, and removed by it when the unit has ended.
[[nodiscard]] inline std::string runtime_directory_of_container(std::string_view name) {
    return std::format("mcpctl-secrets/{}", name);
}
// In it: what the container sees, readable to all that can come here, which on this machine only root can.
constexpr std::string_view container_secrets = "files";
[[nodiscard]] inline std::string secrets_of_container(std::string_view name) {
    return std::format("/run/{}/{}", runtime_directory_of_container(name), container_secrets);
}
// In the container.
constexpr std::string_view secrets_in_container = "/run/secrets";

}  // namespace mcpctl
