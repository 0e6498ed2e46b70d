// Every name of the D-Bus contract, on one page.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mcpctl::dbus {

constexpr std::string_view service_name = "org.mcpctl.Agent1";
constexpr std::string_view root_path = "/org/mcpctl/Agent1";
constexpr std::string_view error_prefix = "org.mcpctl.Agent1.Error.";
constexpr std::string_view socket_path = "/run/mcpctl/agent.socket";

constexpr std::string_view manager_interface = "org.mcpctl.Agent1.Manager";
constexpr std::string_view instance_interface = "org.mcpctl.Agent1.Instance";
constexpr std::string_view profile_interface = "org.mcpctl.Agent1.Profile";
constexpr std::string_view server_interface = "org.mcpctl.Agent1.Server";
constexpr std::string_view job_interface = "org.mcpctl.Agent1.Job";

// Paths of objects. Names are encoded as sd_bus_path_encode(3) does, since "-" is not allowed in a path.
[[nodiscard]] std::string instance_path(std::string_view id_hex);
[[nodiscard]] std::string profile_path(std::string_view name);
[[nodiscard]] std::string server_path(std::string_view name);
[[nodiscard]] std::string job_path(std::uint64_t id);

// The other way round: what is named by a path beneath /org/mcpctl/Agent1/KIND.
[[nodiscard]] std::optional<std::string> name_at(std::string_view kind, const char* path);

}  // namespace mcpctl::dbus
