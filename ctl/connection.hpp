// One connection to the agent: over the agent's own socket, which is faster (70 µs per call against 180) and works
// while the bus is down, or over the system bus. The caller owns the loop: messages are processed only in run_until().
#pragma once

#include <sdbus-c++/IConnection.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "ctl/polkit_agent.hpp"
#include "ctl/wake.hpp"

namespace mcpctl::ctl {

// The bus gives an activated service 25 s to come up; so do we on the socket, and each call as long to be answered.
constexpr std::chrono::seconds answer_deadline{25};
// Where somebody is asked for a password, as long as the agent waits for it.
constexpr std::chrono::seconds prompt_deadline{300};

enum class ConnectionChoice : std::uint8_t { automatic, socket, bus };

class Connection {
  public:
    // `service` is the agent's bus name, empty where the agent is the peer itself. `prompts`: its calls let polkit ask
    // for a password.
    Connection(std::unique_ptr<sdbus::IConnection> bus, std::string service, bool prompts = false);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    [[nodiscard]] sdbus::IConnection& bus() { return *bus_; }
    [[nodiscard]] const std::string& service() const { return service_; }
    [[nodiscard]] bool lost() const { return lost_; }

    // Before a call that not everybody may make: lets polkit ask on this terminal, where it may ask at all. How long
    // such a call may take, where others take `patience`.
    std::chrono::seconds prepare_prompt(std::chrono::seconds patience);

    // Processes messages until `done()`, asked after each of them, holds. `interrupt_fd` may be -1.
    Wake run_until(const std::function<bool()>& done, SteadyClock::time_point deadline, int interrupt_fd);

    // From now on agent_left() tells when the agent leaves the bus. That ends no call: the bus starts it again or
    // answers in its place.
    void watch_agent();
    [[nodiscard]] bool agent_left() const { return agent_left_; }
    [[nodiscard]] bool agent_came_back() const { return agent_came_back_; }

  private:
    void process(const std::function<bool()>& done);

    std::unique_ptr<sdbus::IConnection> bus_;
    std::string service_;
    bool prompts_;
    std::optional<PolkitAgent> polkit_agent_;
    bool lost_ = false;
    bool agent_left_ = false;
    bool agent_came_back_ = false;
};

// How a client gets a connection whenever it needs one.
using Connector =
    std::function<Result<std::unique_ptr<Connection>>(SteadyClock::time_point deadline, int interrupt_fd)>;

// A connected and authenticated connection, or Unavailable with what was tried and what to do.
[[nodiscard]] Result<std::unique_ptr<Connection>> connect(ConnectionChoice choice, std::string_view socket_path,
                                                          SteadyClock::time_point deadline, int interrupt_fd);

}  // namespace mcpctl::ctl
