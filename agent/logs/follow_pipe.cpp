#include "agent/logs/follow_pipe.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <format>

namespace mcpctl::logs {
namespace {

constexpr int pipe_bytes = 256 * 1024;

}  // namespace

Result<FollowPipe> make_follow_pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) {
        return fail(ErrorCode::LimitsExceeded, std::format("no pipe: {}", std::strerror(errno)));
    }
    FollowPipe pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
    (void)::fcntl(pipe.writer.get(), F_SETPIPE_SZ, pipe_bytes);  // the usual size does as well, with more wake-ups
    return pipe;
}

}  // namespace mcpctl::logs
