#include "dbus/connection_loop.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sdbus-c++/Error.h>
#include <unistd.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <utility>

namespace mcpctl::dbus {
namespace {

// So that one busy connection does not keep the loop from the others.
constexpr int messages_per_turn = 64;

// Asio closes what it watches, sd-bus owns its descriptors: watch a duplicate.
asio::posix::stream_descriptor watch(const asio::any_io_executor& executor, int fd) {
    return {executor, ::fcntl(fd, F_DUPFD_CLOEXEC, 3)};
}

}  // namespace

struct ConnectionLoop::State : std::enable_shared_from_this<State> {
    State(std::unique_ptr<sdbus::IConnection> bus, const asio::any_io_executor& loop, std::function<void()> lost)
        : executor(loop),
          connection(std::move(bus)),
          on_lost(std::move(lost)),
          socket(watch(executor, connection->getEventLoopPollData().fd)),
          wakeup(watch(executor, connection->getEventLoopPollData().eventFd)),
          timer(executor) {}

    void process();
    void arm();
    void wait_readable(asio::posix::stream_descriptor& descriptor, bool& armed);
    void wait_writable();
    void wait_timeout(std::chrono::microseconds deadline);
    void schedule();
    void lose();
    void stop();

    asio::any_io_executor executor;
    std::unique_ptr<sdbus::IConnection> connection;
    std::function<void()> on_lost;
    asio::posix::stream_descriptor socket;
    asio::posix::stream_descriptor wakeup;
    asio::steady_timer timer;
    bool socket_armed = false;
    bool wakeup_armed = false;
    bool writable_armed = false;
    bool scheduled = false;
    bool started = false;
    bool stopped = false;
};

void ConnectionLoop::State::process() {
    if (stopped) {
        return;
    }
    try {
        int budget = messages_per_turn;
        while (budget > 0 && connection->processPendingEvent()) {
            --budget;
        }
        if (budget == 0) {
            schedule();
        } else {
            arm();
        }
    } catch (const sdbus::Error&) {
        lose();
    }
}

void ConnectionLoop::State::arm() {
    if (stopped) {
        return;
    }
    const auto poll = connection->getEventLoopPollData();
    wait_readable(socket, socket_armed);
    wait_readable(wakeup, wakeup_armed);
    if ((poll.events & POLLOUT) != 0) {
        wait_writable();
    }
    wait_timeout(poll.timeout);
}

void ConnectionLoop::State::wait_readable(asio::posix::stream_descriptor& descriptor, bool& armed) {
    if (std::exchange(armed, true)) {
        return;
    }
    descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                          [self = shared_from_this(), &armed](const boost::system::error_code& error) {
                              armed = false;
                              if (!error) {
                                  self->process();
                              }
                          });
}

void ConnectionLoop::State::wait_writable() {
    if (std::exchange(writable_armed, true)) {
        return;
    }
    socket.async_wait(asio::posix::stream_descriptor::wait_write,
                      [self = shared_from_this()](const boost::system::error_code& error) {
                          self->writable_armed = false;
                          if (!error) {
                              self->process();
                          }
                      });
}

void ConnectionLoop::State::wait_timeout(std::chrono::microseconds deadline) {
    if (deadline == std::chrono::microseconds::max()) {
        timer.cancel();
        return;
    }
    // sd-bus counts on CLOCK_MONOTONIC, which is steady_clock here.
    timer.expires_at(Clock::time_point(deadline));
    timer.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
        if (!error) {
            self->process();
        }
    });
}

void ConnectionLoop::State::schedule() {
    if (std::exchange(scheduled, true)) {
        return;
    }
    asio::post(executor, [self = shared_from_this()] {
        self->scheduled = false;
        self->process();
    });
}

void ConnectionLoop::State::lose() {
    stop();
    asio::post(executor, [self = shared_from_this()] {
        if (auto lost = std::exchange(self->on_lost, nullptr)) {
            lost();
        }
    });
}

void ConnectionLoop::State::stop() {
    stopped = true;
    boost::system::error_code ignored;
    socket.cancel(ignored);
    wakeup.cancel(ignored);
    timer.cancel();
}

ConnectionLoop::ConnectionLoop(std::unique_ptr<sdbus::IConnection> connection, const asio::any_io_executor& executor,
                               std::function<void()> on_lost)
    : state_(std::make_shared<State>(std::move(connection), executor, std::move(on_lost))) {}

ConnectionLoop::~ConnectionLoop() {
    state_->on_lost = nullptr;
    state_->stop();
    state_->connection.reset();
}

sdbus::IConnection& ConnectionLoop::connection() {
    return *state_->connection;
}

void ConnectionLoop::start() {
    state_->started = true;
    state_->schedule();
}

void ConnectionLoop::flush() {
    if (state_->started && !state_->stopped) {
        state_->schedule();
    }
}

}  // namespace mcpctl::dbus
