// Brings records and reality together: at the agent's start, and whenever the runtime lost track.
#pragma once

#include <set>
#include <string>

#include "agent/core/lifecycle.hpp"
#include "agent/core/registry.hpp"
#include "agent/core/runtime.hpp"
#include "agent/core/store.hpp"
#include "agent/core/supervisor.hpp"

namespace mcpctl {

class Reconciler {
  public:
    Reconciler(asio::any_io_executor executor, Registry& registry, Runtime& runtime, Lifecycle& lifecycle,
               Supervisor& supervisor)
        : executor_(std::move(executor)),
          registry_(registry),
          runtime_(runtime),
          lifecycle_(lifecycle),
          supervisor_(supervisor) {}

    // At start, after the registry is loaded and before anybody may call: adopts what runs, ends what is ours but has
    // no record, reports what is foreign. Then open jobs go on, and after a reboot what should run is restored, both as
    // ordinary jobs.
    Task<void> at_start(bool rebooted);
    // The runtime lost its connection, or has read its units again: every instance is looked at.
    Task<void> after_gap();

  private:
    Task<void> remove_orphans(const WorkloadListing& listing);
    Task<void> settle(const WorkloadListing& listing);
    void report_foreign(const WorkloadListing& listing);
    void restore_after_boot();

    asio::any_io_executor executor_;
    Registry& registry_;
    Runtime& runtime_;
    Lifecycle& lifecycle_;
    Supervisor& supervisor_;
    std::set<std::string> reported_;
    bool settling_ = false;
};

}  // namespace mcpctl
