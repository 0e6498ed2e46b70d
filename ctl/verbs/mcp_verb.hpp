// What call and tools have in common: they speak MCP with an instance.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "ctl/context.hpp"
#include "ctl/mcp/mcp_client.hpp"

namespace mcpctl::ctl {

struct McpTarget {
    std::string instance;
    std::string timeout = "60s";
};

void add_mcp_options(CLI::App& verb, McpTarget& target);

// Runs `work` with a client of the instance.
using McpWork = std::function<Result<ExitCode>(McpClient& client, const Patience& patience)>;
[[nodiscard]] ExitCode with_mcp_client(Context& context, const McpTarget& target, const McpWork& work);

// Text of a server's, made safe where it goes to a terminal and untouched elsewhere.
[[nodiscard]] std::string for_stream(int fd, const std::string& text);

}  // namespace mcpctl::ctl
