// Which connection has shown which token. It is forgotten with the connection, and never before: a connection that lost
// its token would be back at the rights of its user.
#pragma once

#include <sdbus-c++/IConnection.h>

#include <map>
#include <memory>
#include <string>

#include "agent/core/tokens.hpp"

namespace mcpctl::bus {

class ShownTokens {
  public:
    explicit ShownTokens(sdbus::IConnection& connection) : connection_(connection) {}

    // `bus_name` is the unique name of the caller, empty on a peer-to-peer connection.
    void show(const std::string& bus_name, std::shared_ptr<const GrantedToken> token);
    // Null where none was shown.
    [[nodiscard]] std::shared_ptr<const GrantedToken> of(const std::string& bus_name) const;

  private:
    struct Shown {
        std::shared_ptr<const GrantedToken> token;
        sdbus::Slot watch;
    };

    sdbus::IConnection& connection_;
    std::map<std::string, Shown> shown_;
};

}  // namespace mcpctl::bus
