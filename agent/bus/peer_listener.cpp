#include "agent/bus/peer_listener.hpp"

#include <boost/asio/as_tuple.hpp>
#include <format>

#include "agent/bus/caller_source.hpp"
#include "base/journal.hpp"
#include "dbus/peer.hpp"

namespace mcpctl::bus {
namespace {

constexpr auto handshake_patience = std::chrono::seconds(3);

}  // namespace

PeerListener::PeerListener(const Context& context, UniqueFd listening)
    : context_(context), acceptor_(context.executor, asio::local::stream_protocol(), listening.release()) {}

void PeerListener::start() {
    spawn_detached(context_.executor, "accepting peers", accept_all());
}

void PeerListener::stop() {
    boost::system::error_code ignored;
    acceptor_.cancel(ignored);
}

Task<void> PeerListener::accept_all() {
    while (true) {
        auto [error, socket] = co_await acceptor_.async_accept(asio::as_tuple(asio::use_awaitable));
        if (error == asio::error::operation_aborted) {
            co_return;
        }
        if (error) {
            // Out of descriptors, most likely: what is held must end before more can come.
            log::warning(std::format("cannot accept on the agent's socket: {}", error.message()));
            co_await wait_for(std::chrono::seconds(1));
            continue;
        }
        UniqueFd fd(socket.release());
        if (peers() >= max_peers) {
            log::warning(std::format("refused a connection: {} peers are connected", peers()));
            continue;
        }
        ++handshakes_;
        spawn_detached(context_.executor, "welcoming a peer", welcome(std::move(fd)));
    }
}

Task<void> PeerListener::welcome(UniqueFd socket) {
    const auto caller = peer_credentials(socket.get(), trusted_group());
    auto connection = co_await dbus::accept_peer(std::move(socket), handshake_patience);
    --handshakes_;
    context_.called();
    if (!caller || !connection) {
        co_return;
    }
    const auto peer = peers_.emplace(peers_.end());
    peer->loop = std::make_unique<dbus::ConnectionLoop>(*std::move(connection), context_.executor, [this, peer] {
        context_.called();
        peers_.erase(peer);
    });
    peer->tree = std::make_unique<ObjectTree>(*peer->loop, context_, std::make_unique<PeerCaller>(*caller));
    peer->loop->start();
}

}  // namespace mcpctl::bus
