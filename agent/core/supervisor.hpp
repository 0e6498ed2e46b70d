// Watches running instances: what their runtime tells becomes state, reason and counters. Restarts are the runtime's
// work, so they happen while the agent is away, too; the supervisor observes them.
#pragma once

#include <map>
#include <set>

#include "agent/core/registry.hpp"
#include "agent/core/runtime.hpp"
#include "agent/core/steps.hpp"
#include "agent/core/store.hpp"

namespace mcpctl {

class Supervisor {
  public:
    Supervisor(asio::any_io_executor executor, Registry& registry, Store& store, Runtime& runtime, Probe& probe)
        : executor_(std::move(executor)), registry_(registry), store_(store), runtime_(runtime), probe_(probe) {}

    // Something happened to this workload. Ignored while a job works on the instance: the job looks for itself.
    void notice(const WorkloadRef& workload);
    // Inspects a workload, and takes what it sees as the truth about its instance. `watched`: nobody looked away since
    // the last known status, so an absent workload was removed by somebody.
    Task<void> inspect(WorkloadRef workload, bool watched);
    // Compares the effective properties of all running workloads with what they should be; PID 1 has read them again.
    Task<void> verify_all();

  private:
    Task<void> look(InstanceId id);
    Task<void> observe_absent(WorkloadRef workload, bool watched);
    Task<void> observe_end(WorkloadRef workload, WorkloadStatus status);
    // The record of the instance, where it is still of this workload and no job works on it.
    [[nodiscard]] const Instance* record_of(const WorkloadRef& workload) const;
    void observe_running(const Instance& instance, const WorkloadStatus& status);
    Task<void> follow_retry(InstanceId id);
    Task<void> reset_when_steady(InstanceId id, std::string runtime_id);
    void save(const InstanceId& id);

    asio::any_io_executor executor_;
    Registry& registry_;
    Store& store_;
    Runtime& runtime_;
    Probe& probe_;
    std::map<InstanceId, bool> looking_;  // true: something happened since the look began
    std::map<InstanceId, std::shared_ptr<Activity>> retries_;
};

}  // namespace mcpctl
