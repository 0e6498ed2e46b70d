// Workloads as the bus tells them.
#pragma once

#include <string>
#include <vector>

#include "agent/core/runtime.hpp"

namespace mcpctl {

struct NamedWorkload {
    std::string unit;
    WorkloadStatus status;
};

// An array of {"unit", "runtimeId", "pid", "phase", "restarts", "since"}; since is in µs since 1970-01-01 UTC.
[[nodiscard]] std::string workloads_to_json(const std::vector<NamedWorkload>& workloads);

}  // namespace mcpctl
