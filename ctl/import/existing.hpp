// What the agent has, as a plan needs it.
#pragma once

#include "base/error.hpp"
#include "ctl/context.hpp"
#include "ctl/import/apply.hpp"
#include "ctl/import/plan.hpp"

namespace mcpctl::ctl {

// It asks the agent for definitions when they are needed, so it must not outlive the context.
[[nodiscard]] Result<Existing> existing_in(Context& context);
[[nodiscard]] AgentSteps steps_of(Context& context);

}  // namespace mcpctl::ctl
