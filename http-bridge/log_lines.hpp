// Lines of FollowLogs from its pipe. The pipe is the queue: who does not read lets the agent wait.
#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/async.hpp"
#include "base/unique_fd.hpp"

namespace mcpctl::http_bridge {

class LogLines {
  public:
    LogLines(const asio::any_io_executor& executor, UniqueFd pipe);

    // Whole lines, without their newlines; none when `deadline` passed first, after wake(), and at the end.
    Task<std::vector<std::string>> next(Clock::time_point deadline);
    [[nodiscard]] bool ended() const { return ended_; }
    void wake();

  private:
    std::vector<std::string> take_lines();

    asio::posix::stream_descriptor pipe_;
    std::string chunk_;
    std::string begun_;  // a line whose end has not come
    bool ended_ = false;
    bool woken_ = false;
};

// Its member "cursor", which is the last one; empty where it has none.
[[nodiscard]] std::string_view cursor_of(std::string_view line);

}  // namespace mcpctl::http_bridge
