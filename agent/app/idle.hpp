// When the agent may exit: there is nothing to do, nothing to keep, and nobody has called for a while.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "agent/core/registry.hpp"
#include "base/async.hpp"
#include "base/duration.hpp"

namespace mcpctl {

class Idle final : public RegistryObserver {
  public:
    explicit Idle(std::function<std::vector<std::string>()> reasons) : reasons_(std::move(reasons)) {}

    // Every reason to stay, readable on the bus as BusyReasons.
    [[nodiscard]] std::vector<std::string> reasons() const { return reasons_(); }
    // Somebody called, or a reason may have gone.
    void touch();
    void instance_removed(const InstanceId& /*id*/) override { touch(); }
    void job_changed(const Job& /*before*/, const Job& /*now*/) override { touch(); }
    // Returns when there has been no reason and no call for `timeout`, which may change meanwhile. Sleeps, without
    // waking up in between, as long as there is a reason to stay.
    Task<void> wait_until_idle(const Duration& timeout);

  private:
    std::function<std::vector<std::string>()> reasons_;
    Clock::time_point last_ = Clock::now();
    Condition touched_;
};

}  // namespace mcpctl
