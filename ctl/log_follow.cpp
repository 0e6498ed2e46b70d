#include "ctl/log_follow.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

namespace mcpctl::ctl {
namespace {

constexpr std::size_t chunk_bytes = 256UL * 1024;

class LineReader {
  public:
    explicit LineReader(int pipe) : pipe_(pipe), chunk_(chunk_bytes) {}

    // False when nothing is there; ended() tells whether nothing will come.
    bool read(const TakeLine& take) {
        const ssize_t count = ::read(pipe_, chunk_.data(), chunk_.size());
        if (count <= 0) {
            ended_ = count == 0 || (errno != EAGAIN && errno != EINTR);
            return false;
        }
        std::string_view fresh(chunk_.data(), std::size_t(count));
        for (std::size_t end = 0; (end = fresh.find('\n')) != std::string_view::npos; fresh.remove_prefix(end + 1)) {
            if (begun_.empty()) {
                take(fresh.substr(0, end));
            } else {
                take(begun_.append(fresh.substr(0, end)));
                begun_.clear();
            }
        }
        begun_.append(fresh);
        return true;
    }
    [[nodiscard]] bool ended() const { return ended_; }

  private:
    int pipe_;
    std::vector<char> chunk_;
    std::string begun_;  // a line whose end has not come
    bool ended_ = false;
};

}  // namespace

FollowEnd take_lines(int pipe, int interrupt, const TakeLine& take, const TookLines& took) {
    ::fcntl(pipe, F_SETFL, O_NONBLOCK);
    LineReader reader(pipe);
    while (true) {
        pollfd watched[]{{pipe, POLLIN, 0}, {interrupt, POLLIN, 0}};
        ::poll(watched, 2, -1);
        // One look at a full pipe: a writer that never pauses must not keep us from ending.
        const bool interrupted = watched[1].revents != 0;
        if (watched[0].revents != 0 && reader.read(take) && !took()) {
            return FollowEnd::refused;
        }
        if (interrupted) {
            return FollowEnd::interrupted;
        }
        if (reader.ended()) {
            return FollowEnd::ended;
        }
    }
}

}  // namespace mcpctl::ctl
