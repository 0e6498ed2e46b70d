// `logs -f`: the lines of an instance as they come, until it is removed, over restarts of the agent and broken
// connections, none lost and none twice.
#pragma once

#include "ctl/context.hpp"
#include "ctl/output/log_printer.hpp"

namespace mcpctl::ctl {

// A readable `interrupt` ends it.
[[nodiscard]] ExitCode follow_log(Context& context, const InstanceInfo& instance, const LogOptions& query,
                                  LogFormat format, int interrupt);

}  // namespace mcpctl::ctl
