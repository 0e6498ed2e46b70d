// D-Bus connections made without blocking. sdbus-c++ authenticates while it constructs a connection and blocks the loop
// meanwhile (measured: one silent peer froze all callers for ten seconds), so the handshake is done here in steps, with
// a deadline.
#pragma once

#include <sdbus-c++/IConnection.h>

#include <memory>
#include <string>

#include "base/async.hpp"
#include "base/error.hpp"
#include "base/unique_fd.hpp"

namespace mcpctl::dbus {

// Connects to the Unix socket at `path`. Unavailable when nobody listens there, AccessDenied when we may not,
// TimedOut after `deadline`.
Task<Result<std::unique_ptr<sdbus::IConnection>>> connect_peer(std::string path, Clock::duration deadline);

// Connects to the system bus, or what DBUS_SYSTEM_BUS_ADDRESS names, and says Hello.
Task<Result<std::unique_ptr<sdbus::IConnection>>> connect_system_bus(Clock::duration deadline);

// The server's side of an accepted socket. No message is processed yet when it returns.
Task<Result<std::unique_ptr<sdbus::IConnection>>> accept_peer(UniqueFd socket, Clock::duration deadline);

}  // namespace mcpctl::dbus
