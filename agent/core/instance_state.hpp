// The life of an instance as a table. A stopped instance is removed, so there is no state for it.
#pragma once

#include <optional>

#include "agent/core/instance.hpp"

namespace mcpctl {

enum class InstanceEvent : std::uint8_t {
    ready,       // it accepts on its port
    died,        // it ended or was given up, and nothing will start it again
    will_retry,  // it ended, and its runtime will start it again after a delay
    retried,     // its runtime, or somebody outside, has started it again
    drain,       // a stop was accepted
    replace,     // a restart was accepted
    relaunch,    // the old workload of a restart is gone, the new one is launched
};

// Empty where the event has no meaning in that state; then nothing changes.
[[nodiscard]] std::optional<InstanceState> next_state(InstanceState state, InstanceEvent event);

}  // namespace mcpctl
