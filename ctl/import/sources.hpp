// The forms of files that an import understands. A file may hold several of them.
#pragma once

#include <string>

#include "base/error.hpp"
#include "ctl/import/entry.hpp"

namespace mcpctl::ctl {

// `path` tells where ${workspaceFolder} is; absolute.
[[nodiscard]] Result<Source> read_source(const Json& document, const std::string& path);

// {"mcpServers": {…}}: Claude Desktop, Claude Code with its projects, Cursor and many others.
void read_mcp_servers(const Json& document, const std::string& workspace, Source& source);
// {"servers": {…}, "inputs": […]}: VS Code.
void read_vscode(const Json& document, const std::string& workspace, Source& source);
// A registry's server.json.
void read_server_json(const Json& document, Source& source);
// What `mcpctl export` prints.
[[nodiscard]] Result<void> read_definitions(const Json& document, Source& source);

// One entry as all clients write it, whatever they call the object that holds it.
[[nodiscard]] Entry read_client_entry(const std::string& name, const Json& value, const std::string& workspace);

// Text members; empty where there is none or it is something else.
[[nodiscard]] std::string text_in(const Json& object, const char* key);

}  // namespace mcpctl::ctl
