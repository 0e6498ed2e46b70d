// Lines from the pipe of FollowLogs.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace mcpctl::ctl {

enum class FollowEnd : std::uint8_t {
    ended,        // the other end closed it
    interrupted,  // `interrupt` became readable; what the pipe held was taken before
    refused,      // `take` wants no more
};

// Gives `take` every whole line, without its newline, as it comes. `took` is called after the lines that came together.
[[nodiscard]] FollowEnd take_lines(int pipe, int interrupt, const std::function<void(std::string_view)>& take,
                                   const std::function<bool()>& took);

}  // namespace mcpctl::ctl
