#include "base/hangup.hpp"

#include <poll.h>
#include <sys/epoll.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace mcpctl {
namespace {

int make_set() {
    const int set = ::epoll_create1(EPOLL_CLOEXEC);
    if (set < 0) {
        throw std::system_error(errno, std::generic_category(), "epoll_create1");
    }
    return set;
}

}  // namespace

Hangup hangup_of(int socket) {
    pollfd asked{socket, POLLRDHUP, 0};
    if (::poll(&asked, 1, 0) <= 0) {
        return Hangup::none;
    }
    return (asked.revents & POLLHUP) != 0 ? Hangup::full : Hangup::half;
}

HangupWatch::HangupWatch(const asio::any_io_executor& executor, std::function<void(std::uint64_t key)> noticed)
    : set_(executor, make_set()), noticed_(std::move(noticed)) {
    wait();
}

void HangupWatch::add(int socket, std::uint64_t key) {
    epoll_event event{};
    event.events = EPOLLRDHUP | EPOLLET;
    event.data.u64 = key;
    if (::epoll_ctl(set_.native_handle(), EPOLL_CTL_ADD, socket, &event) != 0) {
        throw std::system_error(errno, std::generic_category(), "epoll_ctl");
    }
}

void HangupWatch::remove(int socket) {
    (void)::epoll_ctl(set_.native_handle(), EPOLL_CTL_DEL, socket, nullptr);
}

void HangupWatch::wait() {
    set_.async_wait(asio::posix::stream_descriptor::wait_read, [this](const boost::system::error_code& error) {
        if (error) {
            return;  // destroyed
        }
        std::array<epoll_event, 64> events{};
        const int count = ::epoll_wait(set_.native_handle(), events.data(), int(events.size()), 0);
        for (int i = 0; i < count; ++i) {
            noticed_(events[std::size_t(i)].data.u64);
        }
        wait();
    });
}

}  // namespace mcpctl
