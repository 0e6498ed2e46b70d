// A connection to the agent, over the bus or its own socket, that can show a token as the bridge does. What it shows
// counts from then on.
#pragma once

#include <sdbus-c++/sdbus-c++.h>

#include <functional>
#include <memory>
#include <string>

namespace mcpctl::test {

class BusConnection {
  public:
    explicit BusConnection(bool over_the_bus);
    BusConnection(const BusConnection&) = delete;
    BusConnection& operator=(const BusConnection&) = delete;
    ~BusConnection();

    // The error as of error_of().
    std::string authenticate(const std::string& token);

    [[nodiscard]] std::unique_ptr<sdbus::IProxy> proxy(const std::string& path);
    // The name of the error that the call ends with, without what all of ours begin with; empty where there is none.
    [[nodiscard]] static std::string error_of(const std::function<void()>& call);

  private:
    std::unique_ptr<sdbus::IConnection> connection_;
    std::string service_;
};

}  // namespace mcpctl::test
