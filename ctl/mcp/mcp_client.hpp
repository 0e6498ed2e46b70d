// A client of one MCP server: transport and generation settled.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "ctl/client.hpp"
#include "ctl/mcp/transport.hpp"
#include "mcp/messages.hpp"

namespace mcpctl::ctl {

class McpClient {
  public:
    // A transport of the instance's kind; of a stdio server it holds a session.
    static Result<std::unique_ptr<Transport>> transport_of(AgentClient& agent, const InstanceInfo& instance,
                                                           const Patience& patience);
    // Agrees with the server on what both speak.
    static Result<McpClient> greet(std::unique_ptr<Transport> transport, mcp::Generation begin_with,
                                   const Patience& patience);

    // The answer: a result or an error.
    Result<mcp::Message> request(const std::string& method, const mcp::Json& params, const Patience& patience);
    Result<mcp::Message> call_tool(const std::string& name, const mcp::Json& arguments, const Patience& patience);
    // Every tool as the server describes it: an array.
    Result<mcp::Json> tools(const Patience& patience);

  private:
    McpClient(std::unique_ptr<Transport> transport, mcp::Agreement agreement, std::int64_t next_id)
        : transport_(std::move(transport)), agreement_(std::move(agreement)), next_id_(next_id) {}

    Result<mcp::Message> send(const std::string& method, const mcp::Json& params, const mcp::Headers& parameters,
                              const Patience& patience);

    std::unique_ptr<Transport> transport_;
    mcp::Agreement agreement_;
    std::int64_t next_id_;
};

}  // namespace mcpctl::ctl
