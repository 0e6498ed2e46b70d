// How often each instance was started again without anybody's call, and why; since this agent began.
#pragma once

#include <cstdint>
#include <map>

#include "agent/core/registry.hpp"

namespace mcpctl {

using RestartsByReason = std::map<ReasonCode, std::uint64_t>;

class RestartCounts final : private RegistryObserver {
  public:
    explicit RestartCounts(Registry& registry) : registry_(registry) { registry_.observe(*this); }
    RestartCounts(const RestartCounts&) = delete;
    RestartCounts& operator=(const RestartCounts&) = delete;
    ~RestartCounts() override { registry_.unobserve(*this); }

    [[nodiscard]] RestartsByReason of(const InstanceId& id) const;

  private:
    void instance_changed(const Instance& before, const Instance& now) override;
    void instance_removed(const InstanceId& id) override { counts_.erase(id); }

    Registry& registry_;
    std::map<InstanceId, RestartsByReason> counts_;
};

// Automatic restarts between two states of an instance; 0 where it was given up or replaced.
[[nodiscard]] std::uint32_t restarts_between(const Instance& before, const Instance& now);

}  // namespace mcpctl
