// The composition root: makes the parts, connects them, and decides when the agent ends.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/app/configuration.hpp"
#include "agent/app/idle.hpp"
#include "agent/bus/context.hpp"
#include "agent/bus/peer_listener.hpp"
#include "agent/bus/system_bus.hpp"
#include "agent/core/catalog.hpp"
#include "agent/core/jobs.hpp"
#include "agent/core/lifecycle.hpp"
#include "agent/core/reconciler.hpp"
#include "agent/core/registry.hpp"
#include "agent/core/supervisor.hpp"
#include "agent/systemd/systemd_runtime.hpp"
#include "base/unique_fd.hpp"

namespace mcpctl {

// Exit status by which the agent asks PID 1 to start it again at once (RestartForceExitStatus= in its unit): work came
// in at the moment in which it was leaving.
constexpr int exit_start_again = 75;

class Agent {
  public:
    // `socket`: the listening socket from activation, if any.
    Agent(const asio::any_io_executor& executor, Configuration configuration, Store& store, StoredState state,
          const std::string& boot_id, UniqueFd socket);
    Agent(const Agent&) = delete;
    Agent& operator=(const Agent&) = delete;

    // From loading to the exit status.
    Task<int> run();
    // SIGTERM: what is under way stays in the store and goes on with the next agent.
    void terminate();
    // SIGHUP: reads the configuration again.
    void reload();

  private:
    void load(StoredState state);
    [[nodiscard]] std::vector<std::string> busy_reasons() const;
    Task<void> wait_for_end();
    Task<int> leave_when_idle();
    Task<void> feed_watchdog();

    asio::any_io_executor executor_;
    Configuration configuration_;
    bool rebooted_;
    Registry registry_;
    Jobs jobs_;
    systemd::SystemdRuntime runtime_;
    Catalog catalog_;
    Lifecycle lifecycle_;
    Supervisor supervisor_;
    Reconciler reconciler_;
    Idle idle_;
    bus::Context context_;
    bus::SystemBus bus_;
    std::optional<bus::PeerListener> listener_;
    Condition ended_;
    bool terminated_ = false;
};

}  // namespace mcpctl
