// Looks at this machine. Changes nothing, but the agent and polkit may be started by being asked.
#pragma once

#include "ctl/doctor/facts.hpp"

namespace mcpctl::ctl {

[[nodiscard]] Facts gather_facts();

}  // namespace mcpctl::ctl
