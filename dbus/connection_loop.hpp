// Drives an sdbus-c++ connection on an Asio loop. sdbus-c++'s own loop throws where nobody catches; here a lost
// connection is an event.
#pragma once

#include <sdbus-c++/IConnection.h>

#include <functional>
#include <memory>

#include "base/async.hpp"

namespace mcpctl::dbus {

class ConnectionLoop {
  public:
    // `on_lost` is called once, in a turn of its own, when the connection broke; destroying the ConnectionLoop there
    // is allowed. It is not called after destruction.
    ConnectionLoop(std::unique_ptr<sdbus::IConnection> connection, const asio::any_io_executor& executor,
                   std::function<void()> on_lost);
    ConnectionLoop(const ConnectionLoop&) = delete;
    ConnectionLoop& operator=(const ConnectionLoop&) = delete;
    // Must not run inside a callback of the connection. Objects and proxies on it are destroyed before.
    ~ConnectionLoop();

    [[nodiscard]] sdbus::IConnection& connection();

    // Begins to process messages; register objects before, or the first calls find none.
    void start();
    // To be called after signals were emitted: what did not fit into the socket is sent when it has room.
    void flush();

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace mcpctl::dbus
