// Health as the bus tells it: see dbus/interfaces/org.mcpctl.Agent1.Instance.xml for the members.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/core/health.hpp"
#include "agent/core/log_source.hpp"
#include "agent/core/restart_counts.hpp"
#include "agent/core/runtime.hpp"

namespace mcpctl {

struct Statistics {
    HealthRecord health;
    std::uint32_t failure_threshold = 0;
    ResourceUse use;
    std::optional<std::uint64_t> uptime;  // µs
    RestartsByReason restarts;
    LogCounts logs;
};

[[nodiscard]] std::string health_to_json(const HealthRecord& health, std::uint32_t failure_threshold);
[[nodiscard]] std::string statistics_to_json(const Statistics& statistics);
[[nodiscard]] std::string history_to_json(const std::vector<HealthChange>& changes);

}  // namespace mcpctl
