// The JSON that -o json prints. Its keys are an interface: they are added to, never renamed.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "ctl/model.hpp"

namespace mcpctl::ctl {

// Times are RFC 3339 in UTC with microseconds, null for never.
[[nodiscard]] nlohmann::ordered_json to_json(const ServerInfo& server);
[[nodiscard]] nlohmann::ordered_json to_json(const ProfileInfo& profile);
[[nodiscard]] nlohmann::ordered_json to_json(const InstanceInfo& instance);
[[nodiscard]] nlohmann::ordered_json to_json(const JobInfo& job);
[[nodiscard]] nlohmann::ordered_json to_json(const SessionInfo& session);
[[nodiscard]] nlohmann::ordered_json to_json(const TokenInfo& token);
[[nodiscard]] nlohmann::ordered_json to_json(const SecretInfo& secret);
[[nodiscard]] nlohmann::ordered_json to_json(const HealthInfo& health);
[[nodiscard]] nlohmann::ordered_json to_json(const HealthChangeInfo& change);

// Indented, with a newline at the end, and safe to print on a terminal.
[[nodiscard]] std::string json_text(const nlohmann::ordered_json& value);
// The same on one line.
[[nodiscard]] std::string json_line(const nlohmann::ordered_json& value);

// JSON for people: one "key: value" line per leaf, nested keys joined by dots, arguments quoted where a shell would
// need it.
[[nodiscard]] std::string readable(const nlohmann::ordered_json& value);

}  // namespace mcpctl::ctl
