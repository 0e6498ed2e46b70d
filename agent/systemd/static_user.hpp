// A user of this machine whom a profile names.
#pragma once

#include <string>

#include "base/error.hpp"

namespace mcpctl::systemd {

// The error is a launch_failure() with missing_user: where there is none of that name, or he is root by another name,
// or the dynamic user of some unit, whose state such a process could read. Asks the name service: for a worker thread.
[[nodiscard]] Result<void> find_static_user(const std::string& name);

}  // namespace mcpctl::systemd
