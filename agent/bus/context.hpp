// What the bus objects work with: the core, and nothing of other rooms.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "agent/core/audit_trail.hpp"
#include "agent/core/catalog.hpp"
#include "agent/core/health_monitor.hpp"
#include "agent/core/lifecycle.hpp"
#include "agent/core/log_source.hpp"
#include "agent/core/registry.hpp"
#include "agent/core/restart_counts.hpp"
#include "agent/core/runtime.hpp"
#include "agent/core/secrets.hpp"
#include "agent/core/sessions.hpp"
#include "agent/core/tokens.hpp"
#include "agent/core/user_quota.hpp"

namespace mcpctl::bus {

struct Context {
    asio::any_io_executor executor;
    Registry& registry;
    Catalog& catalog;
    Lifecycle& lifecycle;
    Runtime& runtime;
    Sessions& sessions;
    HealthMonitor& health;
    const RestartCounts& restarts;
    LogSource& logs;
    AuditTrail& audit;
    Tokens& tokens;
    Secrets& secrets;
    UserQuota& calls;
    UserQuota& followers;
    std::string installation_id;
    std::function<std::string(const WorkloadRef&)> unit_of;  // name of a workload's unit
    std::function<std::vector<std::string>()> busy_reasons;  // why the agent does not exit
    std::function<void()> called;                            // a call has come, or is answered
};

}  // namespace mcpctl::bus
