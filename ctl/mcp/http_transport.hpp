// MCP over Streamable HTTP, both generations.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "ctl/mcp/transport.hpp"

namespace mcpctl::ctl {

class HttpRequest;

class HttpTransport final : public Transport {
  public:
    explicit HttpTransport(std::string endpoint) : endpoint_(std::move(endpoint)) {}
    // Ends a legacy session: an abandoned one may be a process at the server.
    ~HttpTransport() override;

    Result<mcp::Message> exchange(const mcp::Agreement& agreement, const mcp::Outgoing& message,
                                  const mcp::Headers& parameters, const Patience& patience) override;

  private:
    struct Answer;
    Result<void> read(HttpRequest& post, Answer& answer, const Patience& patience);
    Result<void> refuse(const Answer& answer, const Patience& patience);

    std::string endpoint_;
    std::string session_;  // Mcp-Session-Id
    std::string version_;  // of the session
};

}  // namespace mcpctl::ctl
