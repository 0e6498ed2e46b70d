#include "dbus/peer.hpp"

#include <fcntl.h>
#include <poll.h>
#include <systemd/sd-bus.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstdlib>
#include <cstring>
#include <format>

namespace mcpctl::dbus {
namespace {

struct BusCloser {
    void operator()(sd_bus* bus) const { sd_bus_close_unref(bus); }
};
using BusHandle = std::unique_ptr<sd_bus, BusCloser>;

Error error_from_errno(int negative_errno, std::string_view what) {
    const int number = -negative_errno;
    const ErrorCode code = number == EACCES || number == EPERM ? ErrorCode::AccessDenied : ErrorCode::Unavailable;
    return {code, std::format("{}: {}", what, std::strerror(number))};
}

// Waits until the socket can do what sd-bus wants next; false when the deadline passed.
Task<bool> wait_for_socket(sd_bus* bus, Clock::time_point deadline) {
    using namespace asio::experimental::awaitable_operators;
    auto executor = co_await asio::this_coro::executor;
    const int events = sd_bus_get_events(bus);
    asio::posix::stream_descriptor socket(executor, ::fcntl(sd_bus_get_fd(bus), F_DUPFD_CLOEXEC, 3));
    asio::steady_timer timer(executor, deadline);
    constexpr auto token = asio::as_tuple(asio::use_awaitable);
    const auto direction = (events & POLLOUT) != 0 ? asio::posix::stream_descriptor::wait_write
                                                   : asio::posix::stream_descriptor::wait_read;
    const auto outcome = co_await (socket.async_wait(direction, token) || timer.async_wait(token));
    co_return outcome.index() == 0;
}

Task<Result<std::unique_ptr<sdbus::IConnection>>> authenticate(BusHandle bus, Clock::duration patience) {
    const auto deadline = Clock::now() + patience;
    if (const int r = sd_bus_start(bus.get()); r < 0) {
        co_return std::unexpected(error_from_errno(r, "cannot connect"));
    }
    while (true) {
        // One step at a time: processing past "ready" would dispatch the peer's first call before objects exist.
        const int ready = sd_bus_is_ready(bus.get());
        if (ready > 0) {
            break;
        }
        const int progress = ready < 0 ? ready : sd_bus_process(bus.get(), nullptr);
        if (progress < 0) {
            co_return std::unexpected(error_from_errno(progress, "the peer broke off the handshake"));
        }
        if (progress == 0 && !co_await wait_for_socket(bus.get(), deadline)) {
            co_return fail(ErrorCode::TimedOut, "the peer did not finish the handshake in time");
        }
    }
    co_return sdbus::createBusConnection(bus.release());
}

}  // namespace

Task<Result<std::unique_ptr<sdbus::IConnection>>> connect_peer(std::string path, Clock::duration deadline) {
    sd_bus* raw = nullptr;
    int r = sd_bus_new(&raw);
    BusHandle bus(raw);
    if (r >= 0) {
        r = sd_bus_set_address(bus.get(), std::format("unix:path={}", path).c_str());
    }
    if (r < 0) {
        co_return std::unexpected(error_from_errno(r, path));
    }
    co_return co_await authenticate(std::move(bus), deadline);
}

Task<Result<std::unique_ptr<sdbus::IConnection>>> connect_system_bus(Clock::duration deadline) {
    const char* configured = std::getenv("DBUS_SYSTEM_BUS_ADDRESS");
    const char* address = configured == nullptr ? "unix:path=/run/dbus/system_bus_socket" : configured;
    sd_bus* raw = nullptr;
    int r = sd_bus_new(&raw);
    BusHandle bus(raw);
    r = r < 0 ? r : sd_bus_set_address(bus.get(), address);
    r = r < 0 ? r : sd_bus_set_bus_client(bus.get(), 1);
    if (r < 0) {
        co_return std::unexpected(error_from_errno(r, address));
    }
    co_return co_await authenticate(std::move(bus), deadline);
}

Task<Result<std::unique_ptr<sdbus::IConnection>>> accept_peer(UniqueFd socket, Clock::duration deadline) {
    sd_bus* raw = nullptr;
    int r = sd_bus_new(&raw);
    BusHandle bus(raw);
    sd_id128_t id{};
    r = r < 0 ? r : sd_id128_randomize(&id);
    r = r < 0 ? r : sd_bus_set_server(bus.get(), 1, id);
    if (r >= 0) {
        const int fd = socket.release();
        r = sd_bus_set_fd(bus.get(), fd, fd);
    }
    if (r < 0) {
        co_return std::unexpected(error_from_errno(r, "cannot set up the connection"));
    }
    co_return co_await authenticate(std::move(bus), deadline);
}

}  // namespace mcpctl::dbus
