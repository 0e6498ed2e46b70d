// Workloads and sessions as the bus tells them.
#pragma once

#include <string>
#include <vector>

#include "agent/core/runtime.hpp"
#include "agent/core/session.hpp"

namespace mcpctl {

struct NamedWorkload {
    std::string unit;
    std::string role;
    WorkloadStatus status;
};

struct NamedSession {
    std::string unit;
    SessionRecord record;
};

// An array of {"unit", "role", "runtimeId", "pid", "phase", "restarts", "since"}; since is in µs since 1970-01-01 UTC.
[[nodiscard]] std::string workloads_to_json(const std::vector<NamedWorkload>& workloads);
// As dbus/interfaces/org.mcpctl.Agent1.Instance.xml says of ListSessions.
[[nodiscard]] std::string sessions_to_json(const std::vector<NamedSession>& sessions);

}  // namespace mcpctl
