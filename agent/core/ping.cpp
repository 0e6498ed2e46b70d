#include "agent/core/ping.hpp"

#include <sys/socket.h>

#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <cerrno>
#include <format>
#include <memory>
#include <random>
#include <string_view>

namespace mcpctl {
namespace {

using Descriptor = asio::posix::stream_descriptor;

// An answer to ping is short. What does not fit is no answer to it.
constexpr std::size_t longest_line = 4096;

enum class Taken : std::uint8_t { nothing, line, end };

// Takes bytes up to and including the next newline, never more: what follows belongs to the client.
Taken take_line(int socket, std::string& line) {
    std::array<char, longest_line> buffer{};
    while (true) {
        const ssize_t seen = ::recv(socket, buffer.data(), buffer.size(), MSG_PEEK | MSG_DONTWAIT);
        if (seen == 0 || (seen < 0 && errno != EAGAIN && errno != EINTR)) {
            return Taken::end;
        }
        if (seen < 0) {
            return Taken::nothing;
        }
        const std::string_view chunk(buffer.data(), std::size_t(seen));
        const std::size_t newline = chunk.find('\n');
        const std::size_t take = newline == std::string_view::npos ? chunk.size() : newline + 1;
        if (::recv(socket, buffer.data(), take, MSG_DONTWAIT) != ssize_t(take)) {
            return Taken::end;
        }
        if (line.size() <= longest_line) {
            line.append(chunk.substr(0, take));
        }
        if (newline != std::string_view::npos) {
            return Taken::line;
        }
    }
}

// A request of the server's own could carry any id, but never ours: it is random.
bool answers(std::string_view line, std::string_view id) {
    return line.contains(std::format("\"{}\"", id)) && (line.contains("\"result\"") || line.contains("\"error\""));
}

}  // namespace

std::string ping_id() {
    std::random_device device;
    return std::format("mcpctl-{:08x}{:08x}", device(), device());
}

Task<PingResult> ping(int socket, std::string id, Clock::time_point deadline) {
    const auto executor = co_await asio::this_coro::executor;
    const std::string request = std::format(R"({{"jsonrpc":"2.0","id":"{}","method":"ping"}})", id) + "\n";
    if (::send(socket, request.data(), request.size(), MSG_DONTWAIT | MSG_NOSIGNAL) != ssize_t(request.size())) {
        co_return PingResult::closed;
    }
    const int duplicate = ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
    if (duplicate < 0) {
        co_return PingResult::closed;
    }
    const auto descriptor = std::make_shared<Descriptor>(executor, duplicate);
    asio::steady_timer timer(executor, deadline);
    timer.async_wait([descriptor](const boost::system::error_code& error) {
        if (!error) {
            descriptor->cancel();
        }
    });
    std::string line;
    while (Clock::now() < deadline) {
        // Of the duplicate: the socket itself may be closed meanwhile, and its number be another's.
        const Taken taken = take_line(descriptor->native_handle(), line);
        if (taken == Taken::end) {
            co_return PingResult::closed;
        }
        if (taken == Taken::nothing) {
            boost::system::error_code canceled;
            co_await descriptor->async_wait(Descriptor::wait_read, asio::redirect_error(asio::use_awaitable, canceled));
        } else if (answers(line, id)) {
            co_return PingResult::answered;
        } else {
            line.clear();
        }
    }
    co_return PingResult::timed_out;
}

}  // namespace mcpctl
