// A check over HTTP+SSE, the transport of 2024-11-05: a stream on which answers come, and an endpoint that it names.
#pragma once

#include <deque>
#include <string>

#include "agent/probe/check.hpp"
#include "mcp/event_stream.hpp"

namespace mcpctl {

class SseCheck {
  public:
    SseCheck(http::Client& client, const ProbeTarget& target, Allowance allowance)
        : client_(client), target_(target), left_(allowance) {}

    // The session ends with its stream, which is closed when this returns.
    Task<Result<mcp::Agreement>> run();
    [[nodiscard]] const std::string& asked() const { return asked_; }

  private:
    Task<Result<void>> find_endpoint(http::Stream& stream);
    Task<Result<mcp::Message>> exchange(http::Stream& stream, mcp::Outgoing message);
    Task<Result<void>> post(mcp::Outgoing message);
    Task<Result<mcp::Event>> next_event(http::Stream& stream);

    http::Client& client_;
    const ProbeTarget& target_;
    Allowance left_;
    std::string asked_;
    std::string endpoint_;
    mcp::EventStream parser_{most_check_bytes};
    std::deque<mcp::Event> events_;
};

}  // namespace mcpctl
