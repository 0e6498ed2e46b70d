// Accepts on the sockets that systemd passed, within limits on how many connections there are.
#pragma once

#include <boost/asio/basic_socket_acceptor.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/unique_fd.hpp"
#include "http-bridge/gateway.hpp"
#include "http-bridge/stream.hpp"
#include "http-bridge/tls_contexts.hpp"

namespace mcpctl::http_bridge {

class Server {
  public:
    static constexpr std::size_t most_connections = 1024;
    static constexpr std::size_t most_per_peer = 128;

    Server(const asio::any_io_executor& executor, Configuration configuration);

    // A listening TCP or Unix socket. An error where TLS is wanted of it, and there is no certificate that can be used.
    // Throws where it is no such socket.
    Result<void> listen(UniqueFd socket, bool tls);
    // Returns when nobody was connected for the idle time. A connection that comes while the program ends starts the
    // next one: the socket is systemd's.
    Task<void> until_idle();
    // Takes no more connections, ends streams, and returns when every request has its answer, or gives them up after a
    // while.
    Task<void> leave();

  private:
    struct Listener {
        asio::basic_socket_acceptor<asio::generic::stream_protocol> acceptor;
        bool tls;
    };
    Task<void> accept_from(Listener& listener);
    Task<void> serve(Socket socket, bool tls, std::string peer);
    Task<void> serve_tls(Socket socket, const std::string& peer);
    [[nodiscard]] bool may_connect(const std::string& peer) const;

    asio::any_io_executor executor_;
    Configuration configuration_;
    Gateway gateway_;
    std::optional<TlsContexts> tls_;
    std::vector<std::unique_ptr<Listener>> listeners_;
    std::map<std::string, std::size_t> open_;  // by peer: whose limits count
    std::size_t count_ = 0;
    Condition changed_;
};

}  // namespace mcpctl::http_bridge
