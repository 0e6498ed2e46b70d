// Accepts on the sockets that systemd passed, within limits on how many connections there are.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <map>
#include <vector>

#include "base/unique_fd.hpp"
#include "http-bridge/gateway.hpp"

namespace mcpctl::http_bridge {

class Server {
  public:
    static constexpr std::size_t most_connections = 1024;
    static constexpr std::size_t most_per_address = 128;

    Server(const asio::any_io_executor& executor, Configuration configuration);

    // Throws where a descriptor is no listening TCP socket.
    void listen(UniqueFd socket);
    // Returns when nobody was connected for the idle time. A connection that comes while the program ends starts the
    // next one: the socket is systemd's.
    Task<void> until_idle();

  private:
    using Acceptor = asio::ip::tcp::acceptor;
    Task<void> accept_from(Acceptor& acceptor);
    Task<void> serve(asio::ip::tcp::socket socket, asio::ip::address address);
    [[nodiscard]] bool has_room_for(const asio::ip::address& address) const;

    asio::any_io_executor executor_;
    Configuration configuration_;
    Gateway gateway_;
    std::vector<std::unique_ptr<Acceptor>> acceptors_;
    std::map<asio::ip::address, std::size_t> open_;
    std::size_t count_ = 0;
    Condition changed_;
};

}  // namespace mcpctl::http_bridge
