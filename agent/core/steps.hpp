// The steps that jobs are made of. They work on one workload and know nothing of records, jobs or the store.
#pragma once

#include <functional>
#include <string>

#include "agent/core/probe.hpp"
#include "agent/core/runtime.hpp"
#include "agent/core/start_failure.hpp"

namespace mcpctl {

// What wakes the steps of one instance: runtime events and cancellation.
struct Activity {
    Condition changed;
    bool canceled = false;

    void cancel() {
        canceled = true;
        changed.notify();
    }
};

using Progress = std::function<void(std::string)>;

// Launches the instance's present generation, verifies it and waits until it is ready: a process of its own accepts on
// its port, and answers MCP. A workload that is already there is taken over, so the step may be repeated after a crash.
// Ends with Canceled soon after activity.canceled. Leaves whatever it launched.
Task<Started<WorkloadStatus>> bring_up(Runtime& runtime, Probe& probe, Instance instance, Activity& activity,
                                       Progress progress);

// The second half of it, for a workload that its runtime has started again.
Task<Started<WorkloadStatus>> await_ready(Runtime& runtime, Probe& probe, Instance instance, Activity& activity);

// SIGTERM, up to `timeout` for it to end, SIGKILL; then verifies that nothing is left. Tells which step ended it.
Task<Result<std::string>> drain(Runtime& runtime, WorkloadRef workload, Duration timeout, Activity& activity,
                                Progress progress);

// Ends it at once and leaves nothing.
Task<Result<void>> take_down(Runtime& runtime, WorkloadRef workload);

}  // namespace mcpctl
