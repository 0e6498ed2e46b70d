// The last step of a start: the server listens, and is ready when it answers MCP.
#pragma once

#include "agent/core/steps.hpp"

namespace mcpctl {

// Asks again and again, more slowly each time, until it answers or the deadline has passed: then the failure tells why
// the last check failed. An end of the workload and a cancellation end it at once, also while a check is under way.
Task<Started<WorkloadStatus>> await_answer(Runtime& runtime, Probe& probe, Instance instance, Activity& activity,
                                           Clock::time_point deadline);

}  // namespace mcpctl
