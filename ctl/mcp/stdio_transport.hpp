// MCP over a session with a stdio server: one message per line.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "base/unique_fd.hpp"
#include "ctl/mcp/transport.hpp"

namespace mcpctl::ctl {

class StdioTransport final : public Transport {
  public:
    explicit StdioTransport(UniqueFd session) : session_(std::move(session)) {}

    Result<mcp::Message> exchange(const mcp::Agreement& agreement, const mcp::Outgoing& message,
                                  const mcp::Headers& parameters, const Patience& patience) override;

  private:
    std::optional<std::string> next_line();
    std::optional<mcp::Message> find_answer(std::int64_t id);
    Result<void> move_bytes(short events);
    bool read_some();

    UniqueFd session_;
    std::string outbox_;
    std::size_t sent_ = 0;  // of the outbox
    std::string inbox_;
    std::size_t searched_ = 0;  // of the inbox: no newline up to here
};

}  // namespace mcpctl::ctl
