#include "http-bridge/server.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/address.hpp>
#include <cstring>
#include <format>
#include <stdexcept>
#include <utility>

#include "base/journal.hpp"
#include "http-bridge/connection.hpp"

namespace mcpctl::http_bridge {
namespace {

using asio::generic::stream_protocol;

// From here on each newcomer takes the place of who has been silent for longest.
constexpr std::size_t room_for_newcomers = 32;
// Whoever waits for a job is told of it, or can ask the next bridge.
constexpr std::chrono::seconds patience_with_requests{5};

stream_protocol protocol_of(int socket) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    int listens = 0;
    socklen_t size_of_listens = sizeof listens;
    if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0 ||
        ::getsockopt(socket, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size_of_listens) != 0 || listens == 0) {
        throw std::runtime_error("a socket that was passed does not listen");
    }
    switch (address.ss_family) {
        case AF_INET:
        case AF_INET6:
            return {address.ss_family, IPPROTO_TCP};
        case AF_UNIX:
            return {AF_UNIX, 0};
        default:
            throw std::runtime_error("a socket that was passed is neither a TCP nor a Unix socket");
    }
}

// A host has a whole network of IPv6 addresses to choose from.
asio::ip::address neighbourhood_of(const asio::ip::address& address) {
    if (!address.is_v6() || address.to_v6().is_v4_mapped()) {
        return address;
    }
    auto bytes = address.to_v6().to_bytes();
    std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t(0));
    return asio::ip::address_v6(bytes);
}

// Whose limits count: of an address, or of a user of this machine. Empty where the client has gone.
std::string peer_of(const Socket& socket) {
    boost::system::error_code gone;
    const auto endpoint = socket.remote_endpoint(gone);
    if (gone) {
        return {};
    }
    const int family = endpoint.data()->sa_family;
    if (family == AF_INET) {
        sockaddr_in address{};
        std::memcpy(&address, endpoint.data(), std::min(sizeof address, endpoint.size()));
        return asio::ip::address_v4(ntohl(address.sin_addr.s_addr)).to_string();
    }
    if (family == AF_INET6) {
        sockaddr_in6 address{};
        std::memcpy(&address, endpoint.data(), std::min(sizeof address, endpoint.size()));
        asio::ip::address_v6::bytes_type bytes;
        std::memcpy(bytes.data(), &address.sin6_addr, bytes.size());
        return neighbourhood_of(asio::ip::address_v6(bytes)).to_string();
    }
    ucred user{};
    socklen_t size = sizeof user;
    auto& open = const_cast<Socket&>(socket);  // native_handle() changes nothing
    return ::getsockopt(open.native_handle(), SOL_SOCKET, SO_PEERCRED, &user, &size) == 0
               ? std::format("user {}", user.uid)
               : std::string();
}

}  // namespace

Server::Server(const asio::any_io_executor& executor, Configuration configuration)
    : executor_(executor), configuration_(std::move(configuration)) {
    if (configuration_.tls) {
        tls_.emplace(*configuration_.tls);
    }
}

Result<void> Server::listen(UniqueFd socket, bool tls) {
    if (tls && !tls_) {
        return fail(ErrorCode::InvalidArgument, "a socket is for TLS, and no certificate is configured", "tls",
                    "set [tls] certificate and key in /etc/mcpctl/http-bridge.toml");
    }
    if (tls) {
        if (const auto usable = tls_->current(); !usable) {
            return std::unexpected(usable.error());
        }
    }
    const stream_protocol protocol = protocol_of(socket.get());
    auto listener = std::make_unique<Listener>(asio::basic_socket_acceptor<stream_protocol>(executor_), tls);
    listener->acceptor.assign(protocol, socket.release());
    listeners_.push_back(std::move(listener));
    spawn_detached(executor_, "accepting connections", accept_from(*listeners_.back()));
    return {};
}

bool Server::may_connect(const std::string& peer) const {
    const auto open = open_.find(peer);
    return !peer.empty() && count_ < most_connections && (open == open_.end() || open->second < most_per_peer);
}

Task<void> Server::accept_from(Listener& listener) {
    while (true) {
        auto [error, socket] = co_await listener.acceptor.async_accept(asio::as_tuple(asio::use_awaitable));
        if (gateway_.traffic().leaving()) {
            co_return;
        }
        if (error) {
            // Out of descriptors, most likely: those who are connected go on meanwhile.
            log::warning(std::format("cannot accept a connection: {}", error.message()));
            co_await wait_for(std::chrono::seconds(1));
            continue;
        }
        const std::string peer = peer_of(socket);
        if (!may_connect(peer)) {
            gateway_.telemetry().connection_refused();
            continue;  // closes it
        }
        if (count_ + room_for_newcomers >= most_connections) {
            gateway_.traffic().end_longest_silence();
        }
        gateway_.telemetry().connection_opened();
        ++count_;
        ++open_[peer];
        changed_.notify();
        spawn_detached(executor_, "serving a connection", serve(std::move(socket), listener.tls, peer));
    }
}

Task<void> Server::serve_tls(Socket socket, const std::string& peer) {
    const auto context = tls_->current();
    if (context) {
        co_await serve_tls_connection(std::move(socket), *context, gateway_, configuration_, peer);
    }
}

Task<void> Server::serve(Socket socket, bool tls, std::string peer) {
    try {
        if (tls) {
            co_await serve_tls(std::move(socket), peer);
        } else {
            co_await serve_connection(std::move(socket), gateway_, configuration_, peer);
        }
    } catch (const std::exception& defect) {
        log::error(std::format("a connection ends because of a defect: {}", defect.what()));
    }
    gateway_.telemetry().connection_closed();
    --count_;
    if (--open_[peer] == 0) {
        open_.erase(peer);
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

Task<void> Server::leave() {
    gateway_.traffic().leave();
    for (const auto& listener : listeners_) {
        boost::system::error_code ignored;
        listener->acceptor.cancel(ignored);
    }
    co_await gateway_.traffic().until_quiet(Clock::now() + patience_with_requests);
}

}  // namespace mcpctl::http_bridge
