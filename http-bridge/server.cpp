#include "http-bridge/server.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <format>
#include <stdexcept>
#include <utility>

#include "base/journal.hpp"
#include "http-bridge/connection.hpp"

namespace mcpctl::http_bridge {
namespace {

using asio::ip::tcp;

tcp protocol_of(int socket) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0) {
        if (address.ss_family == AF_INET) {
            return tcp::v4();
        }
        if (address.ss_family == AF_INET6) {
            return tcp::v6();
        }
    }
    throw std::runtime_error("a socket that was passed is no TCP socket");
}

// Whose limits count: a host has a whole network of IPv6 addresses to choose from.
asio::ip::address neighbourhood_of(const asio::ip::address& address) {
    if (!address.is_v6() || address.to_v6().is_v4_mapped()) {
        return address;
    }
    auto bytes = address.to_v6().to_bytes();
    std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t(0));
    return asio::ip::address_v6(bytes);
}

}  // namespace

Server::Server(const asio::any_io_executor& executor, Configuration configuration)
    : executor_(executor), configuration_(std::move(configuration)) {}

void Server::listen(UniqueFd socket) {
    const tcp protocol = protocol_of(socket.get());
    auto acceptor = std::make_unique<Acceptor>(executor_);
    acceptor->assign(protocol, socket.release());
    acceptors_.push_back(std::move(acceptor));
    spawn_detached(executor_, "accepting connections", accept_from(*acceptors_.back()));
}

bool Server::has_room_for(const asio::ip::address& address) const {
    const auto open = open_.find(address);
    return count_ < most_connections && (open == open_.end() || open->second < most_per_address);
}

Task<void> Server::accept_from(Acceptor& acceptor) {
    while (true) {
        auto [error, socket] = co_await acceptor.async_accept(asio::as_tuple(asio::use_awaitable));
        if (error) {
            // Out of descriptors, most likely: those who are connected go on meanwhile.
            log::warning(std::format("cannot accept a connection: {}", error.message()));
            co_await wait_for(std::chrono::seconds(1));
            continue;
        }
        boost::system::error_code gone;
        const auto peer = neighbourhood_of(socket.remote_endpoint(gone).address());
        if (gone || !has_room_for(peer)) {
            gateway_.telemetry().connection_refused();
            continue;  // closes it
        }
        gateway_.telemetry().connection_opened();
        ++count_;
        ++open_[peer];
        changed_.notify();
        spawn_detached(executor_, "serving a connection", serve(std::move(socket), peer));
    }
}

Task<void> Server::serve(tcp::socket socket, asio::ip::address address) {
    try {
        co_await serve_connection(std::move(socket), gateway_, configuration_, address.to_string());
    } catch (const std::exception& defect) {
        log::error(std::format("a connection ends because of a defect: {}", defect.what()));
    }
    gateway_.telemetry().connection_closed();
    --count_;
    if (--open_[address] == 0) {
        open_.erase(address);
    }
    changed_.notify();
}

Task<void> Server::until_idle() {
    while (true) {
        const std::uint64_t seen = changed_.count();
        const auto deadline = count_ == 0 ? Clock::now() + configuration_.idle_timeout : Clock::time_point::max();
        const bool changed = co_await changed_.wait_until(deadline, seen);
        if (!changed && count_ == 0) {
            co_return;
        }
    }
}

}  // namespace mcpctl::http_bridge
