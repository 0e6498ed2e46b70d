// A check over Streamable HTTP: server/discover where the server is modern, and initialize, ping and the end of the
// session where it is not.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/probe/check.hpp"
#include "mcp/event_stream.hpp"

namespace mcpctl {

class HttpCheck {
  public:
    HttpCheck(http::Client& client, const ProbeTarget& target, Allowance allowance)
        : client_(client), target_(target), left_(allowance) {}

    Task<Result<mcp::Agreement>> run();
    // To be deleted when run() has ended: the session that it opened, if any, and the method it asked last.
    [[nodiscard]] std::optional<http::Request> end_of_session() const;
    [[nodiscard]] const std::string& asked() const { return asked_; }

  private:
    struct Answer;

    Task<Result<mcp::Agreement>> shake_hands();
    Task<Result<mcp::Message>> exchange(mcp::Agreement agreement, mcp::Outgoing message, Clock::time_point deadline);
    Task<Result<void>> read(http::Stream& stream, Answer& answer, Clock::time_point deadline);
    void keep_session(const http::Headers& headers, const std::string& version);

    http::Client& client_;
    const ProbeTarget& target_;
    Allowance left_;
    std::string asked_;
    std::string session_;
    std::string version_;
};

}  // namespace mcpctl
