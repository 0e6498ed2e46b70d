// MCP over HTTP+SSE (2024-11-05): messages are posted to an endpoint that the stream of answers names first.
#pragma once

#include <deque>
#include <memory>
#include <string>

#include "ctl/mcp/http_request.hpp"
#include "ctl/mcp/transport.hpp"
#include "mcp/event_stream.hpp"

namespace mcpctl::ctl {

class SseTransport final : public Transport {
  public:
    explicit SseTransport(std::string url);

    Result<mcp::Message> exchange(const mcp::Agreement& agreement, const mcp::Outgoing& message,
                                  const mcp::Headers& parameters, const Patience& patience) override;

  private:
    Result<void> find_endpoint(const Patience& patience);
    Result<void> post(const std::string& text, const Patience& patience);
    Result<mcp::Event> next_event(const Patience& patience);

    std::string url_;
    HttpRequest stream_;
    mcp::EventStream parser_{max_message_bytes};
    std::deque<mcp::Event> events_;
    std::string endpoint_;
};

}  // namespace mcpctl::ctl
