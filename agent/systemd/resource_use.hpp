// What the processes of a control group use.
#pragma once

#include <filesystem>
#include <string>

#include "agent/core/runtime.hpp"

namespace mcpctl::systemd {

// `group` is a unit's ControlGroup. Figures come from the group itself; where the kernel keeps none, because a
// controller is missing, they are added up from /proc: memory is then what is resident, and CPU time only that of the
// living. Blocks for as long as /proc takes.
[[nodiscard]] ResourceUse resource_use(const std::string& group,
                                       const std::filesystem::path& cgroups = "/sys/fs/cgroup",
                                       const std::filesystem::path& processes = "/proc");

}  // namespace mcpctl::systemd
