// The MCP clients whose configuration mcpctl writes: where it lies, and what an entry looks like.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace mcpctl::ctl {

enum class ClientKind : std::uint8_t { claude_desktop, claude_code, vscode, cursor };

[[nodiscard]] std::string_view title_of(ClientKind client);
// The member of its configuration that holds the servers.
[[nodiscard]] std::string section_of(ClientKind client);
// An entry that opens sessions with an instance.
[[nodiscard]] nlohmann::ordered_json entry_for(ClientKind client, const std::string& instance);

using Environment = std::function<std::optional<std::string>(const std::string& name)>;
// The file of the user whose environment this is.
[[nodiscard]] Result<std::string> configuration_file(ClientKind client, const Environment& environment);

// The instance that an entry opens sessions with, where it is one of ours; else empty.
[[nodiscard]] std::string connected_instance(std::string_view command, const std::vector<std::string>& arguments);

}  // namespace mcpctl::ctl
