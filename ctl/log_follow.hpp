// Lines of a log as they come.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>

#include "base/unique_fd.hpp"

namespace mcpctl::ctl {

enum class FollowEnd : std::uint8_t {
    ended,        // the other end closed it
    lost,         // the way there broke
    interrupted,  // `interrupt` became readable; what had arrived was taken before
    refused,      // `took` wants no more
};

// A line without its newline.
using TakeLine = std::function<void(std::string_view)>;
// Called after the lines that came together.
using TookLines = std::function<bool()>;

// A follow that is under way. It ends with this.
class LogFollow {
  public:
    LogFollow() = default;
    LogFollow(const LogFollow&) = delete;
    LogFollow& operator=(const LogFollow&) = delete;
    virtual ~LogFollow() = default;

    // Gives `take` every whole line, as it comes.
    [[nodiscard]] virtual FollowEnd take_lines(int interrupt, const TakeLine& take, const TookLines& took) = 0;
};

// From the pipe of FollowLogs.
[[nodiscard]] FollowEnd take_lines(int pipe, int interrupt, const TakeLine& take, const TookLines& took);

class PipedFollow : public LogFollow {
  public:
    explicit PipedFollow(UniqueFd pipe) : pipe_(std::move(pipe)) {}
    [[nodiscard]] FollowEnd take_lines(int interrupt, const TakeLine& take, const TookLines& took) override {
        return ctl::take_lines(pipe_.get(), interrupt, take, took);
    }

  private:
    UniqueFd pipe_;
};

}  // namespace mcpctl::ctl
