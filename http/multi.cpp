#include "http/multi.hpp"

#include <sys/epoll.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "http/easy.hpp"
#include "http/transfer.hpp"

namespace mcpctl::http {
namespace {

// Connections that may serve a later request: an engine's or two, and what a round of probes leaves.
constexpr long idle_connections = 16;

int make_set() {
    const int set = ::epoll_create1(EPOLL_CLOEXEC);
    return set >= 0 ? set : throw std::system_error(errno, std::generic_category(), "epoll_create1");
}

std::uint32_t interest(int what) {
    switch (what) {
        case CURL_POLL_IN:
            return EPOLLIN;
        case CURL_POLL_OUT:
            return EPOLLOUT;
        case CURL_POLL_INOUT:
            return EPOLLIN | EPOLLOUT;
        default:
            return 0;
    }
}

int events_of(std::uint32_t ready) {
    return ((ready & EPOLLIN) != 0 ? CURL_CSELECT_IN : 0) | ((ready & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0) |
           ((ready & (EPOLLERR | EPOLLHUP)) != 0 ? CURL_CSELECT_ERR : 0);
}

}  // namespace

Multi::Multi(const asio::any_io_executor& executor)
    : handle_(made(curl().multi_init())), set_(executor, make_set()), timer_(executor) {
    curl().multi_setopt(handle_, CURLMOPT_SOCKETFUNCTION, &Multi::watch);
    curl().multi_setopt(handle_, CURLMOPT_SOCKETDATA, this);
    curl().multi_setopt(handle_, CURLMOPT_TIMERFUNCTION, &Multi::schedule);
    curl().multi_setopt(handle_, CURLMOPT_TIMERDATA, this);
    curl().multi_setopt(handle_, CURLMOPT_MAXCONNECTS, idle_connections);
}

Multi::~Multi() {
    curl().multi_cleanup(handle_);
}

void Multi::add(Transfer& transfer) {
    curl().multi_add_handle(handle_, transfer.easy().get());
    wait();
}

void Multi::remove(Transfer& transfer) {
    curl().multi_remove_handle(handle_, transfer.easy().get());
}

// Called by libcurl when it wants to watch a socket for something else than before.
int Multi::watch(CURL* /*easy*/, curl_socket_t socket, int what, void* self, void* /*watched*/) {
    const int set = static_cast<Multi*>(self)->set_.native_handle();
    epoll_event event{};
    event.events = interest(what);
    event.data.fd = socket;
    if (what == CURL_POLL_REMOVE) {
        (void)::epoll_ctl(set, EPOLL_CTL_DEL, socket, nullptr);
    } else if (::epoll_ctl(set, EPOLL_CTL_MOD, socket, &event) != 0) {
        return ::epoll_ctl(set, EPOLL_CTL_ADD, socket, &event) == 0 ? 0 : -1;
    }
    return 0;
}

// Called by libcurl, from inside its other functions: it must not be called back before this has returned.
int Multi::schedule(CURLM* /*multi*/, long milliseconds, void* scheduled) {
    auto& multi = *static_cast<Multi*>(scheduled);
    if (milliseconds < 0) {
        multi.timer_.cancel();
        return 0;
    }
    multi.timer_.expires_after(std::chrono::milliseconds(milliseconds));
    multi.timer_.async_wait([weak = multi.weak_from_this()](const boost::system::error_code& error) {
        if (const auto self = weak.lock(); self && !error) {
            self->act(CURL_SOCKET_TIMEOUT, 0);
        }
    });
    return 0;
}

void Multi::wait() {
    set_.cancel();
    set_.async_wait(asio::posix::stream_descriptor::wait_read,
                    [weak = weak_from_this()](const boost::system::error_code& error) {
                        if (const auto self = weak.lock(); self && !error) {
                            self->sockets_ready();
                        }
                    });
}

void Multi::sockets_ready() {
    std::array<epoll_event, 64> ready{};
    const int count = ::epoll_wait(set_.native_handle(), ready.data(), int(ready.size()), 0);
    for (int i = 0; i < count; ++i) {
        const epoll_event& event = ready[std::size_t(i)];
        act(event.data.fd, events_of(event.events));
    }
    wait();
}

void Multi::act(curl_socket_t socket, int events) {
    int running = 0;
    curl().multi_socket_action(handle_, socket, events, &running);
    collect();
}

void Multi::collect() {
    int left = 0;
    while (const CURLMsg* message = curl().multi_info_read(handle_, &left)) {
        char* transfer = nullptr;
        (void)curl().easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        reinterpret_cast<Transfer*>(transfer)->end(message->data.result);
    }
}

}  // namespace mcpctl::http
