// Brings records and reality together: at the agent's start, and whenever the runtime lost track.
#pragma once

#include <set>
#include <string>

#include "agent/core/lifecycle.hpp"
#include "agent/core/registry.hpp"
#include "agent/core/runtime.hpp"
#include "agent/core/sessions.hpp"
#include "agent/core/store.hpp"
#include "agent/core/supervisor.hpp"

namespace mcpctl {

class Reconciler {
  public:
    Reconciler(asio::any_io_executor executor, Registry& registry, Store& store, Runtime& runtime, Sessions& sessions,
               Lifecycle& lifecycle, Supervisor& supervisor)
        : executor_(std::move(executor)),
          registry_(registry),
          store_(store),
          runtime_(runtime),
          sessions_(sessions),
          lifecycle_(lifecycle),
          supervisor_(supervisor) {}

    // At start, after the registry is loaded and before anybody may call: adopts what runs, ends what is ours but has
    // no record, reports what is foreign. Then open jobs go on, and after a reboot what should run is restored, both as
    // ordinary jobs.
    // `recorded_boot` is the latest BootRestored, empty with a new store; `kept` what the agent before this one has
    // left with the keeper.
    Task<void> at_start(std::string recorded_boot, std::vector<KeptDescriptor> kept);
    // The runtime lost its connection, or has read its units again: every instance is looked at.
    Task<void> after_gap();

  private:
    Task<bool> take_stock();
    Task<void> remove_orphans(const WorkloadListing& listing);
    struct Moment {
        bool first = false;     // look since the agent was started
        bool rebooted = false;  // since the agent before this one
    };
    Task<void> settle(const WorkloadListing& listing, Moment now);
    void report_foreign(const WorkloadListing& listing);
    void start_profiles_at_boot();
    Task<void> record_boot(std::string boot);

    asio::any_io_executor executor_;
    Registry& registry_;
    Store& store_;
    Runtime& runtime_;
    Sessions& sessions_;
    Lifecycle& lifecycle_;
    Supervisor& supervisor_;
    std::string recorded_boot_;
    std::set<std::string> reported_;
    std::vector<KeptDescriptor> kept_;
    bool stock_taken_ = false;
    bool settling_ = false;
};

}  // namespace mcpctl
