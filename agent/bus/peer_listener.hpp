// The agent's own socket: the same objects, peer to peer, for root and the group mcpctl; works while the bus is down.
#pragma once

#include <boost/asio/local/stream_protocol.hpp>
#include <list>
#include <memory>

#include "agent/bus/context.hpp"
#include "agent/bus/object_tree.hpp"
#include "base/unique_fd.hpp"
#include "dbus/connection_loop.hpp"

namespace mcpctl::bus {

class PeerListener {
  public:
    // `listening` comes from socket activation.
    PeerListener(const Context& context, UniqueFd listening);

    void start();
    // Accepts nobody any more; who waits in the backlog activates the next agent.
    void stop();
    [[nodiscard]] std::size_t peers() const { return peers_.size() + handshakes_; }

    // Every peer costs memory and is told every change; more than this many are closed at once.
    static constexpr std::size_t max_peers = 128;

  private:
    struct Peer {
        // In this order: the tree's objects end before their connection.
        std::unique_ptr<dbus::ConnectionLoop> loop;
        std::unique_ptr<ObjectTree> tree;
    };

    Task<void> accept_all();
    Task<void> welcome(UniqueFd socket);

    const Context& context_;
    asio::local::stream_protocol::acceptor acceptor_;
    std::list<Peer> peers_;
    std::size_t handshakes_ = 0;
};

}  // namespace mcpctl::bus
