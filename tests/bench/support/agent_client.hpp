// The agent and PID 1 as a benchmark's coroutine talks to them.
#pragma once

#include <format>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>

#include "agent/systemd/pid1.hpp"
#include "base/async.hpp"
#include "base/error.hpp"
#include "dbus/connection_loop.hpp"

namespace mcpctl::bench {

constexpr auto patience = std::chrono::minutes(5);
constexpr auto manager = "org.mcpctl.Agent1.Manager";
using Options = std::map<std::string, sdbus::Variant>;

template <class T>
T required(Result<T> result, const char* what) {
    if (!result) {
        throw std::runtime_error(std::format("{}: {}", what, result.error().reason));
    }
    if constexpr (!std::is_void_v<T>) {
        return *std::move(result);
    }
}

// A connection to the agent's socket that knows which jobs have ended.
class AgentClient {
  public:
    AgentClient(std::unique_ptr<sdbus::IConnection> connection, const asio::any_io_executor& executor);

    struct Accepted {
        std::string instance;
        std::string job;
    };
    Task<Accepted> start(std::string name);
    Task<void> stop(std::string instance);  // and waits for the end
    Task<void> end_of(std::string job);

  private:
    [[nodiscard]] std::unique_ptr<sdbus::IProxy> proxy(const std::string& path);

    dbus::ConnectionLoop loop_;
    std::unique_ptr<sdbus::IProxy> root_;
    std::map<std::string, std::string> ended_;  // job: what was wrong, or nothing
    Condition changed_;
};

// Connected to the agent, which has the profile "bench" from then on.
Task<std::unique_ptr<AgentClient>> connect_to_agent();

// The client of PID 1 follows only jobs of units whose names begin with mcpctl-.
[[nodiscard]] std::unique_ptr<systemd::Pid1> connect_to_pid1(const asio::any_io_executor& executor);
// Milliseconds from the call to its executed program; the unit is there.
Task<double> time_start(systemd::Pid1& pid1, std::string unit, systemd::UnitProperties properties);
Task<void> remove_unit(systemd::Pid1& pid1, std::string unit);

// The properties that the agent would send for an instance of the profile "bench".
[[nodiscard]] systemd::UnitProperties sandboxed();
// Nothing but the command and how it is run.
[[nodiscard]] systemd::UnitProperties bare();

// Runs a benchmark to its end; an exception of it is the exit status.
int run_benchmark(Task<void> benchmark);

}  // namespace mcpctl::bench
