// A history of health in memory.
#pragma once

#include <algorithm>
#include <map>
#include <vector>

#include "agent/core/health_history.hpp"

namespace mcpctl::test {

class MemoryHistory final : public HealthHistory {
  public:
    std::map<InstanceId, std::vector<HealthChange>> changes;  // oldest first

    void add(const InstanceId& instance, HealthChange change) override {
        changes[instance].push_back(std::move(change));
    }
    void forget(const InstanceId& instance) override { changes.erase(instance); }

    Task<Result<std::vector<HealthChange>>> changes_of(InstanceId instance, std::size_t count) override {
        std::vector<HealthChange> newest = changes[instance];
        std::ranges::reverse(newest);
        newest.resize(std::min(newest.size(), count));
        co_return newest;
    }

    Task<Result<std::map<InstanceId, HealthChange>>> latest() override {
        std::map<InstanceId, HealthChange> found;
        for (const auto& [id, list] : changes) {
            if (!list.empty()) {
                found.emplace(id, list.back());
            }
        }
        co_return found;
    }
};

}  // namespace mcpctl::test
