// What is really there, looked at from all sides: the agent's answers, PID 1, the kernel and the store's rows.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "ctl/client.hpp"

namespace mcpctl::test {

// A client of the agent's socket, as the tool has one.
[[nodiscard]] std::unique_ptr<ctl::AgentClient> new_client();

// The processes of a unit in an instance's slice, as the kernel has them; empty when the unit has no cgroup.
[[nodiscard]] std::set<int> processes_of(const ctl::InstanceInfo& instance);

// In words, everything in which the machine differs from this: there are exactly these instances, all run, each has one
// workload, nothing else is there, no job is open, the store has the same in its rows, and all audit records have
// arrived. Empty when all is so.
[[nodiscard]] std::string differences(const std::set<std::string>& names);

}  // namespace mcpctl::test
