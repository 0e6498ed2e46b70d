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
#include "agent/core/audit_trail.hpp"
#include "agent/core/auditor.hpp"
#include "agent/core/catalog.hpp"
#include "agent/core/health_monitor.hpp"
#include "agent/core/jobs.hpp"
#include "agent/core/lifecycle.hpp"
#include "agent/core/log_source.hpp"
#include "agent/core/reconciler.hpp"
#include "agent/core/registry.hpp"
#include "agent/core/restart_counts.hpp"
#include "agent/core/runtime.hpp"
#include "agent/core/secrets.hpp"
#include "agent/core/sessions.hpp"
#include "agent/core/store.hpp"
#include "agent/core/supervisor.hpp"
#include "agent/core/tokens.hpp"
#include "agent/docker/container_runtime.hpp"

namespace mcpctl {

// Exit status by which the agent asks PID 1 to start it again at once (RestartForceExitStatus= in its unit): work came
// in at the moment in which it was leaving.
constexpr int exit_start_again = 75;

struct Ports {
    Store& store;
    Runtime& runtime;
    DescriptorKeeper& keeper;
    Probe& probe;
    HealthHistory& history;
    LogSource& logs;
    AuditTrail& audit;
    SecretVault& vault;
};

// From activation: the listening socket, if any, and what the agent before this one has kept.
struct Inherited {
    UniqueFd socket;
    std::vector<KeptDescriptor> kept;
};

// Tells followers of an instance's log that no more will come.
class LogEnds final : public RegistryObserver {
  public:
    explicit LogEnds(LogSource& logs) : logs_(logs) {}
    void instance_removed(const InstanceId& id) override { logs_.finish(id); }

  private:
    LogSource& logs_;
};

class Agent {
  public:
    Agent(const asio::any_io_executor& executor, Configuration configuration, Ports ports, StoredState state,
          Inherited inherited);
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
    Task<void> forget_arrived(std::uint64_t seq);
    Task<void> wait_for_end();
    Task<int> leave_when_idle();
    Task<void> feed_watchdog();

    asio::any_io_executor executor_;
    Store& store_;
    Configuration configuration_;
    std::string recorded_boot_;
    Registry registry_;
    Jobs jobs_;
    docker::ContainerRuntime runtime_;
    std::vector<KeptDescriptor> kept_;
    Sessions sessions_;
    Catalog catalog_;
    Lifecycle lifecycle_;
    Supervisor supervisor_;
    HealthMonitor health_;
    Reconciler reconciler_;
    Auditor auditor_;
    RestartCounts restarts_;
    Tokens tokens_;
    Secrets secrets_;
    Idle idle_;
    LogSource& logs_;
    LogEnds log_ends_;
    AuditTrail& audit_;
    std::size_t forgetting_ = 0;  // audit records have arrived, and the store is to forget them
    UserQuota calls_{calls_of_a_user};
    UserQuota followers_{followers_of_a_user};
    bus::Context context_;
    bus::SystemBus bus_;
    std::optional<bus::PeerListener> listener_;
    Condition ended_;
    bool terminated_ = false;
};

}  // namespace mcpctl
