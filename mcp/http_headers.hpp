// The headers that go with a message over Streamable HTTP.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mcp/messages.hpp"

namespace mcpctl::mcp {

using Headers = std::vector<std::pair<std::string, std::string>>;

// `session` is what the server's Mcp-Session-Id said, or empty.
[[nodiscard]] Headers headers_for(const Agreement& agreement, const Outgoing& message, const std::string& session);

// Mcp-Param-…: the arguments that a tool's inputSchema wants to see in headers too (x-mcp-header).
[[nodiscard]] Headers parameter_headers(const Json& input_schema, const Json& arguments);

// As it is where that is safe in a header, else =?base64?…?=.
[[nodiscard]] std::string header_value(std::string_view text);

}  // namespace mcpctl::mcp
