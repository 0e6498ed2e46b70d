// A container's secrets, where it can read them (agent/core/container_secrets.hpp).
#pragma once

#include "base/error.hpp"

namespace mcpctl::relay {

// Copies the credentials that PID 1 has given to this unit into its runtime directory, in place of what a relay before
// this one has put there. Nothing happens where there are none.
[[nodiscard]] Result<void> place_secrets();

}  // namespace mcpctl::relay
