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

// A unit that failed at the shutdown is still there after a soft-reboot (measured on systemd 257).
bool is_over(const WorkloadStatus* status) {
    return status == nullptr || status->phase == WorkloadPhase::failed || status->phase == WorkloadPhase::exited;
}

}  // namespace

Task<void> Reconciler::at_start(std::string recorded_boot, std::vector<KeptDescriptor> kept) {
    recorded_boot_ = std::move(recorded_boot);
    kept_ = std::move(kept);
    std::vector<Job> open;
    for (const auto& [id, job] : registry_.jobs()) {
        if (!job.ended()) {
            open.push_back(job);
        }
    }
    if (!co_await take_stock()) {
        log::error("cannot list units; instances are looked at when PID 1 answers");
    }
    for (const Job& job : open) {
        lifecycle_.resume(job);
    }
}

Task<void> Reconciler::after_gap() {
    if (std::exchange(settling_, true)) {
        co_return;
    }
    if (co_await take_stock()) {
        sessions_.look_again();
        co_await supervisor_.verify_all();
        co_await sessions_.verify_all();
    }
    settling_ = false;
}

// False where the runtime does not answer: then nothing is concluded.
Task<bool> Reconciler::take_stock() {
    const auto boot = co_await runtime_.boot();
    const auto listing = co_await runtime_.list();
    if (!boot || !listing) {
        co_return false;
    }
    report_foreign(*listing);
    const bool first = !std::exchange(stock_taken_, true);
    if (first) {
        co_await sessions_.adopt(*listing, std::exchange(kept_, {}));
        co_await remove_orphans(*listing);
    }
    const bool rebooted = !recorded_boot_.empty() && recorded_boot_ != *boot;
    co_await settle(*listing, {.first = first, .rebooted = rebooted});
    if (rebooted) {
        start_profiles_at_boot();
    }
    if (std::exchange(recorded_boot_, *boot) != *boot) {
        spawn_detached(executor_, "recording the boot", record_boot(*boot));
    }
    co_return true;
}

// Spawned after what restores: the store keeps the order of calls, so an agent that dies before all of that is on the
// disk leaves the rest to the next one.
Task<void> Reconciler::record_boot(std::string boot) {
    store_.commit_later({BootRestored{std::move(boot)}});
    co_return;
}

// Ours by the mark of this installation, but no record wants it: an older generation, or an instance whose record is
// gone. Nobody could ever stop it.
Task<void> Reconciler::remove_orphans(const WorkloadListing& listing) {
    for (const ManagedWorkload& workload : listing.managed) {
        const Instance* instance = registry_.instance(workload.ref.instance);
        const bool wanted = instance != nullptr && workload.ref.generation == instance->generation;
        // A restart that a crash interrupted still ends its old workload itself. Processes of stdio servers were
        // adopted.
        if (wanted || workload.ref.process != 0 || registry_.active_job(workload.ref.instance) != nullptr) {
            continue;
        }
        log::warning(std::format("ending a workload without a record: instance {} generation {}",
                                 workload.ref.instance.text(), workload.ref.generation));
        AuditRecord record = audit_of(AuditAction::end_orphan, Actor{});
        record.instance = workload.ref.instance.text();
        if (const auto gone = co_await take_down(runtime_, workload.ref); !gone) {
            log::error(std::format("it could not be ended: {}", gone.error().reason));
        } else {
            store_.commit_later({std::move(record)});
        }
    }
    // What an agent leaves that dies between the end of an instance's last workload and forgetting the instance.
    for (const InstanceId& group : listing.groups) {
        if (registry_.instance(group) == nullptr) {
            (void)co_await runtime_.forget_instance(group);
        }
    }
}

Task<void> Reconciler::settle(const WorkloadListing& listing, Moment now) {
    std::vector<Instance> instances;
    for (const auto& [id, instance] : registry_.instances()) {
        instances.push_back(instance);
    }
    Changes adoptions;
    for (const Instance& instance : instances) {
        if (registry_.active_job(instance.id) != nullptr) {
            continue;  // the job looks for itself
        }
        const WorkloadStatus* status = status_of(listing, instance);
        const bool adopted = status != nullptr && status->phase == WorkloadPhase::running &&
                             instance.state == InstanceState::running && status->runtime_id == instance.runtime_id;
        const bool many = instance.config.server.speaks_stdio();
        const bool over = many ? sessions_.workloads(instance.id).empty() : is_over(status);
        const bool lost = now.rebooted && over && instance.desired == Desired::running;
        if (adopted) {
            log_adopted(instance);
            if (now.first) {
                adoptions.emplace_back(audit_of(AuditAction::adopt, instance));
            }
        } else if (lost) {
            spawn_detached(executor_, "restoring an instance", lifecycle_.restore(instance.id));
        } else if (many) {
            sessions_.go_on(instance.id);
        } else {
            // The listing is older than this moment: a start may have ended since.
            co_await supervisor_.inspect({instance.id, instance.generation}, false);
        }
    }
    if (!adoptions.empty()) {
        store_.commit_later(std::move(adoptions));
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

void Reconciler::start_profiles_at_boot() {
    std::set<std::string> present;
    for (const auto& [id, instance] : registry_.instances()) {
        present.insert(instance.config.profile.name);
    }
    for (const auto& [name, profile] : registry_.profiles()) {
        if (profile.autostart && !present.contains(name)) {
            spawn_detached(executor_, "starting a profile at boot", lifecycle_.start_at_boot(name));
        }
    }
}

}  // namespace mcpctl
