#include "agent/core/reconciler.hpp"

#include <array>
#include <format>
#include <utility>

#include "base/journal.hpp"
#include "base/message_ids.hpp"

namespace mcpctl {
namespace {

void log_adopted(const Instance& instance) {
    const std::string id = instance.id.text();
    const std::array fields{log::Field{"MESSAGE_ID", message_id::instance_adopted}, log::Field{"MCPCTL_INSTANCE", id},
                            log::Field{"MCPCTL_PROFILE", instance.config.profile.name},
                            log::Field{"MCPCTL_SERVER", instance.config.server.name}};
    log::write(log::Priority::info, std::format("instance {} goes on, {} is adopted", instance.name, id), fields);
}

const WorkloadStatus* status_of(const WorkloadListing& listing, const Instance& instance) {
    for (const ManagedWorkload& workload : listing.managed) {
        if (workload.ref == WorkloadRef{instance.id, instance.generation}) {
            return &workload.status;
        }
    }
    return nullptr;
}

}  // namespace

Task<void> Reconciler::at_start(bool rebooted) {
    std::vector<Job> open;
    for (const auto& [id, job] : registry_.jobs()) {
        if (!job.ended()) {
            open.push_back(job);
        }
    }
    if (const auto listing = co_await runtime_.list()) {
        report_foreign(*listing);
        co_await remove_orphans(*listing);
        if (!rebooted) {
            co_await settle(*listing);
        }
    } else {
        log::error(
            std::format("cannot list units: {}; instances are looked at when PID 1 answers", listing.error().reason));
    }
    for (const Job& job : open) {
        lifecycle_.resume(job);
    }
    if (rebooted) {
        restore_after_boot();
    }
}

Task<void> Reconciler::after_gap() {
    if (std::exchange(settling_, true)) {
        co_return;
    }
    if (const auto listing = co_await runtime_.list()) {
        report_foreign(*listing);
        co_await settle(*listing);
    }
    co_await supervisor_.verify_all();
    settling_ = false;
}

// Ours by the mark of this installation, but no record wants it: an older generation, or an instance whose record is
// gone. Nobody could ever stop it.
Task<void> Reconciler::remove_orphans(const WorkloadListing& listing) {
    for (const ManagedWorkload& workload : listing.managed) {
        const Instance* instance = registry_.instance(workload.ref.instance);
        const bool wanted = instance != nullptr && workload.ref.generation == instance->generation;
        // A restart that a crash interrupted still ends its old workload itself.
        if (wanted || registry_.active_job(workload.ref.instance) != nullptr) {
            continue;
        }
        log::warning(std::format("ending a workload without a record: instance {} generation {}",
                                 workload.ref.instance.text(), workload.ref.generation));
        if (const auto gone = co_await take_down(runtime_, workload.ref); !gone) {
            log::error(std::format("it could not be ended: {}", gone.error().reason));
        }
    }
}

Task<void> Reconciler::settle(const WorkloadListing& listing) {
    std::vector<Instance> instances;
    for (const auto& [id, instance] : registry_.instances()) {
        instances.push_back(instance);
    }
    for (const Instance& instance : instances) {
        const WorkloadStatus* status = status_of(listing, instance);
        const bool adopted = status != nullptr && status->phase == WorkloadPhase::running &&
                             instance.state == InstanceState::running && status->runtime_id == instance.runtime_id;
        if (adopted) {
            log_adopted(instance);
        } else {
            co_await supervisor_.observe(instance.id, status == nullptr ? WorkloadStatus{} : *status, false);
        }
    }
}

void Reconciler::report_foreign(const WorkloadListing& listing) {
    for (const ForeignWorkload& foreign : listing.foreign) {
        if (reported_.insert(foreign.name).second) {
            const std::array fields{log::Field{"MESSAGE_ID", message_id::foreign_workload},
                                    log::Field{"UNIT", foreign.name}};
            log::write(log::Priority::warning,
                       std::format("{} has a name of ours but was not made by this installation; it is left alone",
                                   foreign.name),
                       fields);
        }
    }
}

void Reconciler::restore_after_boot() {
    std::set<std::string> present;
    for (const auto& [id, instance] : registry_.instances()) {
        present.insert(instance.config.profile.name);
        if (instance.desired == Desired::running && registry_.active_job(id) == nullptr) {
            spawn_detached(executor_, "restoring an instance", lifecycle_.restore(id));
        }
    }
    for (const auto& [name, profile] : registry_.profiles()) {
        if (profile.autostart && !present.contains(name)) {
            spawn_detached(executor_, "starting a profile at boot", lifecycle_.start_at_boot(name));
        }
    }
}

}  // namespace mcpctl
