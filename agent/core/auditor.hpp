// Writes down what happens without anybody's call, as the registry tells it.
#pragma once

#include "agent/core/registry.hpp"
#include "agent/core/store.hpp"

namespace mcpctl {

class Auditor final : private RegistryObserver {
  public:
    Auditor(Registry& registry, Store& store) : registry_(registry), store_(store) { registry_.observe(*this); }
    Auditor(const Auditor&) = delete;
    Auditor& operator=(const Auditor&) = delete;
    ~Auditor() override { registry_.unobserve(*this); }

  private:
    void instance_changed(const Instance& before, const Instance& now) override;
    void session_ended(const InstanceId& id, const SessionRecord& session) override;
    void health_changed(const InstanceId& id, const HealthRecord& before, const HealthRecord& now) override;

    Registry& registry_;
    Store& store_;
};

}  // namespace mcpctl
