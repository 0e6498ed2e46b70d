// Which file a command name means.
#pragma once

#include <string>
#include <string_view>

#include "agent/core/instance.hpp"

namespace mcpctl::systemd {

// The absolute path for StartTransientUnit, which wants one: bare names are looked up in a fixed path, the one that
// units get. The error is a launch_failure() with missing_executable. A path that this process may be unable to see is
// left to PID 1 to find out about.
[[nodiscard]] Result<std::string> find_executable(const std::string& command);

// Whether find_executable() could have given `path` at some time: programs come and go while a workload runs.
[[nodiscard]] bool could_be_found_as(const std::string& command, std::string_view path);

}  // namespace mcpctl::systemd
