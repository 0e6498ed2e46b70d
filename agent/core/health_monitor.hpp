// Asks every running instance for its health, and tells what changes: in the registry, in the journal, in the history.
//
// One timer serves all instances. Checks are spread over the interval; of one workload one is under way at a time, and
// of all together not more than `most_at_once`. An instance that a job works on is left to the job.
#pragma once

#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>

#include "agent/core/health.hpp"
#include "agent/core/health_history.hpp"
#include "agent/core/registry.hpp"
#include "agent/core/runtime.hpp"
#include "agent/core/sessions.hpp"

namespace mcpctl {

struct HealthPorts {
    Runtime& runtime;
    Probe& probe;
    HealthHistory& history;
};

class HealthMonitor final : private RegistryObserver {
  public:
    HealthMonitor(asio::any_io_executor executor, Registry& registry, Sessions& sessions, HealthPorts ports);
    HealthMonitor(const HealthMonitor&) = delete;
    HealthMonitor& operator=(const HealthMonitor&) = delete;
    ~HealthMonitor() override;

    // Goes on from the history: alerts that were raised before. Once, before anybody asks.
    Task<void> recall();
    // Checks until the loop ends. Spawned once.
    Task<void> run();

    // As it was known last.
    [[nodiscard]] HealthRecord health(const InstanceId& id) const;
    // Checks now, or waits for the check that is under way. An instance that does not run is not ready without a check.
    Task<Result<HealthRecord>> check_now(InstanceId id);
    [[nodiscard]] HealthHistory& history() { return history_; }

    static constexpr std::size_t most_at_once = 64;

  private:
    struct Entry {
        Health health;
        Clock::time_point due;  // of the next check
        bool under_way = false;
        Condition checked;
    };

    void instance_added(const Instance& instance) override;
    void instance_changed(const Instance& before, const Instance& now) override;
    void instance_removed(const InstanceId& id) override;
    void session_ended(const InstanceId& id, const SessionRecord& session) override;

    void begin_due();
    void begin(const InstanceId& id, Entry& entry);
    Task<void> check(InstanceId id);
    Task<ProbeResult> ask(const Instance& instance, const HealthRecord& known);
    Task<ProbeResult> ask_on_port(ProbeTarget target, WorkloadRef workload, std::uint16_t port);
    void take(const InstanceId& id, const ProbeResult& result);
    void schedule(const InstanceId& id, Entry& entry, Clock::time_point due);
    void schedule_next(const Instance& instance, Entry& entry);
    [[nodiscard]] Duration some_of(Duration duration);
    void apply(const Instance& instance, const HealthRecord& before, const HealthVerdict& verdict);
    Task<void> restart(InstanceId id);

    asio::any_io_executor executor_;
    Registry& registry_;
    Sessions& sessions_;
    Runtime& runtime_;
    Probe& probe_;
    HealthHistory& history_;
    std::map<InstanceId, Entry> entries_;
    std::set<std::pair<Clock::time_point, InstanceId>> schedule_;
    std::size_t under_way_ = 0;
    Condition changed_;  // an earlier check than before is due, or a place is free
    std::minstd_rand random_{std::random_device{}()};
};

}  // namespace mcpctl
