// The journal of this machine.
#pragma once

#include "agent/logs/journal.hpp"

namespace mcpctl::logs {

[[nodiscard]] std::unique_ptr<Journal> open_system_journal(const std::optional<InstanceId>& instance);

}  // namespace mcpctl::logs
