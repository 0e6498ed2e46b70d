// The members of each type: decoding from and encoding to the tree, shared by definitions and records. Private to this
// room.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "agent/core/definitions.hpp"
#include "agent/json/reader.hpp"

namespace mcpctl {

[[nodiscard]] ServerDefinition decode_server(const nlohmann::json& value, const std::string& path, Mistake& mistake);
[[nodiscard]] ProfileDefinition decode_profile(const nlohmann::json& value, const std::string& path, Mistake& mistake);
[[nodiscard]] InstanceConfig decode_config(const nlohmann::json& value, const std::string& path, Mistake& mistake);

[[nodiscard]] nlohmann::json encode(const ServerDefinition& server);
[[nodiscard]] nlohmann::json encode(const ProfileDefinition& profile);
[[nodiscard]] nlohmann::json encode(const InstanceConfig& config);

}  // namespace mcpctl
