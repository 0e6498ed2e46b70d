// Port to the history of health: the last changes of each instance. What the power takes from it is not missed.
#pragma once

#include <map>
#include <vector>

#include "agent/core/health.hpp"
#include "agent/core/ids.hpp"
#include "base/async.hpp"

namespace mcpctl {

class HealthHistory {
  public:
    virtual ~HealthHistory() = default;

    // Keeps the latest `kept_changes` of each instance. A failure is logged by the history.
    virtual void add(const InstanceId& instance, HealthChange change) = 0;
    virtual void forget(const InstanceId& instance) = 0;
    // Newest first, at most `count`.
    virtual Task<Result<std::vector<HealthChange>>> changes_of(InstanceId instance, std::size_t count) = 0;

    // Of each instance the latest one.
    virtual Task<Result<std::map<InstanceId, HealthChange>>> latest() = 0;

    static constexpr std::size_t kept_changes = 200;
};

}  // namespace mcpctl
