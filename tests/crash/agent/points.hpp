// The places at which the crashing agent can be made to die. Each has a name: the phase, before or after, and what.
#pragma once

#include <optional>
#include <string_view>

#include "agent/core/ids.hpp"

namespace mcpctl::crash {

// Names from here on belong to this phase, and begin to be counted again. `subject` is the one instance that is worked
// on, the nil id where there is none; nothing: all are.
void begin_phase(std::string_view phase, std::optional<InstanceId> subject = std::nullopt);
// A check of health may come at any time, also to an instance that the phase leaves alone.
[[nodiscard]] bool is_worked_on(const InstanceId& instance);

// Notes that the place was reached, and dies there if it is the next one armed.
void pass(std::string_view moment, std::string_view what);

}  // namespace mcpctl::crash
