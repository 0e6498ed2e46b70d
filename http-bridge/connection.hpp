// One connection of a client: request after request, each within its limits.
#pragma once

#include "http-bridge/gateway.hpp"
#include "http-bridge/stream.hpp"
#include "http-bridge/tls_contexts.hpp"

namespace mcpctl::http_bridge {

constexpr std::size_t most_header_bytes = std::size_t(16) * 1024;
constexpr std::size_t most_body_bytes = std::size_t(64) * 1024;
// A header that is not whole after this long ends the connection; so does one that is silent between two requests.
constexpr std::chrono::seconds header_deadline{15};
constexpr std::chrono::seconds body_deadline{15};
constexpr std::chrono::seconds write_deadline{30};
constexpr std::chrono::seconds goodbye_deadline{2};

// Ends with the connection. Both references must outlive it. `peer`: whose limits count.
Task<void> serve_connection(Socket socket, Gateway& gateway, const Configuration& configuration, std::string peer);
// The same behind a handshake.
Task<void> serve_tls_connection(Socket socket, TlsContexts::Context context, Gateway& gateway,
                                const Configuration& configuration, std::string peer);

}  // namespace mcpctl::http_bridge
