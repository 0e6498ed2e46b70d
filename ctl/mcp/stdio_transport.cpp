#include "ctl/mcp/stdio_transport.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>

namespace mcpctl::ctl {
namespace {

std::unexpected<Error> ended() {
    return fail(ErrorCode::Unavailable, "the server ended the session", {}, "mcpctl sessions shows why");
}

}  // namespace

// Reads while it writes: a server that waits for us to read takes nothing.
Result<mcp::Message> StdioTransport::exchange(const mcp::Agreement&, const mcp::Outgoing& message, const mcp::Headers&,
                                              const Patience& patience) {
    outbox_.append(message.text).append("\n");
    while (true) {
        if (auto answer = find_answer(message.id)) {
            return std::move(*answer);
        }
        const bool all_sent = sent_ == outbox_.size();
        if (message.id == 0 && all_sent) {
            return mcp::Message{};
        }
        std::array<pollfd, 2> watched{
            pollfd{session_.get(), short(all_sent ? POLLIN : POLLIN | POLLOUT), 0},
            pollfd{patience.interrupt_fd, POLLIN, 0},
        };
        const int ready = ::poll(watched.data(), watched.size(), patience.milliseconds_left());
        if (watched[1].revents != 0) {
            return interrupted();
        }
        if (ready == 0) {
            return no_answer(message);
        }
        if (auto moved = ready < 0 ? Result<void>() : move_bytes(watched[0].revents); !moved) {
            return std::unexpected(std::move(moved.error()));
        }
    }
}

Result<void> StdioTransport::move_bytes(short events) {
    if ((events & POLLOUT) != 0) {
        const ssize_t count =
            ::send(session_.get(), outbox_.data() + sent_, outbox_.size() - sent_, MSG_DONTWAIT | MSG_NOSIGNAL);
        sent_ += std::size_t(count > 0 ? count : 0);
        if (sent_ == outbox_.size()) {
            outbox_.clear();
            sent_ = 0;
        }
    }
    if ((events & ~POLLOUT) != 0 && !read_some()) {
        return ended();
    }
    return inbox_.size() > max_message_bytes ? Result<void>(too_large()) : Result<void>();
}

// False at the end.
bool StdioTransport::read_some() {
    constexpr std::size_t portion = std::size_t{64} * 1024;
    const std::size_t before = inbox_.size();
    inbox_.resize(before + portion);
    const ssize_t count = ::recv(session_.get(), inbox_.data() + before, portion, MSG_DONTWAIT);
    inbox_.resize(before + std::size_t(count > 0 ? count : 0));
    return count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR));
}

std::optional<std::string> StdioTransport::next_line() {
    const std::size_t end = inbox_.find('\n', searched_);
    if (end == std::string::npos) {
        searched_ = inbox_.size();
        return std::nullopt;
    }
    std::string line = inbox_.substr(0, end);
    inbox_.erase(0, end + 1);
    searched_ = 0;
    return line;
}

// Lines that are no messages are a server's chatter in the wrong place, late answers somebody else's.
std::optional<mcp::Message> StdioTransport::find_answer(std::int64_t id) {
    while (const auto line = next_line()) {
        mcp::Message message = mcp::parse_message(*line);
        if (id != 0 && message.answers(id)) {
            return message;
        }
        if (message.kind == mcp::Message::Kind::request) {
            outbox_.append(mcp::refusal_of(message.id)).append("\n");
        }
    }
    return std::nullopt;
}

}  // namespace mcpctl::ctl
