// What is left in a control group.
#pragma once

#include <string>

namespace mcpctl::systemd {

// True when a process lives in the group or below it. `group` is a unit's ControlGroup, empty when it has none.
[[nodiscard]] bool is_populated(const std::string& group);

}  // namespace mcpctl::systemd
