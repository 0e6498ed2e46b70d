#include "agent/core/supervisor.hpp"

#include <array>
#include <format>

#include "base/journal.hpp"
#include "base/message_ids.hpp"

namespace mcpctl {
namespace {

constexpr std::size_t failure_lines = 20;

void announce(std::string_view message_id, log::Priority priority, const Instance& instance, const std::string& what) {
    const std::string id = instance.id.text();
    const std::array fields{log::Field{"MESSAGE_ID", message_id}, log::Field{"MCPCTL_INSTANCE", id},
                            log::Field{"MCPCTL_PROFILE", instance.config.profile.name},
                            log::Field{"MCPCTL_SERVER", instance.config.server.name},
                            log::Field{"MCPCTL_REASON", instance.reason.text}};
    log::write(priority, std::format("instance {} {}", instance.name, what), fields);
}

}  // namespace

void Supervisor::notice(const WorkloadRef& workload) {
    const Instance* instance = registry_.instance(workload.instance);
    if (instance == nullptr || instance->generation != workload.generation ||
        registry_.active_job(workload.instance) != nullptr) {
        return;
    }
    if (const auto retry = retries_.find(workload.instance); retry != retries_.end()) {
        retry->second->changed.notify();
    }
    const auto [position, idle] = looking_.try_emplace(workload.instance, false);
    if (!idle) {
        position->second = true;
        return;
    }
    spawn_detached(executor_, "looking at an instance", look(workload.instance));
}

Task<void> Supervisor::look(InstanceId id) {
    do {
        looking_[id] = false;
        const Instance* instance = registry_.instance(id);
        if (instance == nullptr) {
            break;
        }
        co_await inspect({id, instance->generation}, true);
    } while (looking_[id]);
    looking_.erase(id);
}

const Instance* Supervisor::record_of(const WorkloadRef& workload) const {
    const Instance* instance = registry_.instance(workload.instance);
    const bool current = instance != nullptr && instance->generation == workload.generation &&
                         registry_.active_job(workload.instance) == nullptr;
    return current ? instance : nullptr;
}

Task<void> Supervisor::inspect(WorkloadRef workload, bool watched) {
    auto status = co_await runtime_.inspect(workload);
    const Instance* instance = record_of(workload);
    // Where the runtime does not answer, it tells us to look at everything when it does again.
    if (!status || instance == nullptr) {
        co_return;
    }
    switch (status->phase) {
        case WorkloadPhase::starting:
        case WorkloadPhase::stopping:
            break;
        case WorkloadPhase::running:
            observe_running(*instance, *status);
            break;
        case WorkloadPhase::absent:
            co_await observe_absent(workload, watched);
            break;
        case WorkloadPhase::restarting:
        case WorkloadPhase::exited:
        case WorkloadPhase::failed:
            co_await observe_end(workload, *std::move(status));
            break;
    }
}

void Supervisor::observe_running(const Instance& instance, const WorkloadStatus& status) {
    // A container that is started again keeps its id.
    const bool known = instance.state == InstanceState::running && instance.runtime_id == status.runtime_id &&
                       (instance.restarts == status.restarts || !instance.config.in_container());
    const InstanceId id = instance.id;
    if (known && instance.unreachable_since != status.unreachable_since) {
        registry_.apply(id, InstanceEvent::ready,
                        [&](Instance& changed) { changed.unreachable_since = status.unreachable_since; });
    }
    if (known || retries_.contains(id)) {
        return;
    }
    registry_.apply(id, InstanceEvent::retried, [&](Instance& changed) {
        changed.runtime_id = status.runtime_id;
        changed.restarts = status.restarts;
    });
    spawn_detached(executor_, "following a restart", follow_retry(id));
}

// A workload that its runtime has started again is ready when it answers; one that never does is killed, so that
// the restart policy counts it as a failure.
Task<void> Supervisor::follow_retry(InstanceId id) {
    const auto own = std::make_shared<Activity>();
    retries_[id] = own;
    const Instance before = *registry_.instance(id);
    const auto ready = co_await await_ready(runtime_, probe_, before, *own);
    retries_.erase(id);
    if (registry_.instance(id) == nullptr || registry_.active_job(id) != nullptr) {
        co_return;
    }
    if (ready) {
        registry_.apply(id, InstanceEvent::ready, [&](Instance& instance) {
            instance.runtime_id = ready->runtime_id;
            instance.restarts = ready->restarts;
            instance.started_at = wall_time_now();
            instance.reason = {};
        });
        save(id);
        spawn_detached(executor_, "waiting for steady running", reset_when_steady(id, ready->runtime_id));
        co_return;
    }
    const WorkloadRef workload{id, before.generation};
    if (ready.error().reason.code == ReasonCode::start_timeout) {
        (void)co_await runtime_.kill_as_failure(workload);
    }
    co_await inspect(workload, true);
}

Task<void> Supervisor::reset_when_steady(InstanceId id, std::string runtime_id) {
    const Instance* instance = registry_.instance(id);
    if (instance == nullptr || instance->restarts == 0) {
        co_return;
    }
    co_await wait_for(instance->config.profile.restart.reset_after);
    instance = registry_.instance(id);
    if (instance == nullptr || instance->runtime_id != runtime_id || instance->state != InstanceState::running ||
        registry_.active_job(id) != nullptr) {
        co_return;
    }
    if (co_await runtime_.reset_failures({id, instance->generation})) {
        registry_.apply(id, InstanceEvent::ready, [](Instance& steady) { steady.restarts = 0; });
        save(id);
    }
}

Task<void> Supervisor::observe_absent(WorkloadRef workload, bool watched) {
    const Instance& instance = *record_of(workload);
    if (instance.state == InstanceState::failed) {
        co_return;
    }
    WorkloadStatus status;
    status.phase = WorkloadPhase::failed;
    status.restarts = instance.restarts;
    if (watched) {
        status.reason = {ReasonCode::vanished, "its unit was stopped or removed outside mcpctl"};
    } else {
        status.reason = co_await runtime_.witness(workload);
    }
    co_await observe_end(workload, std::move(status));
}

Task<void> Supervisor::observe_end(WorkloadRef workload, WorkloadStatus status) {
    const Instance* instance = record_of(workload);
    const bool retrying = status.phase == WorkloadPhase::restarting;
    const InstanceState known = retrying ? InstanceState::backoff : InstanceState::failed;
    if (instance == nullptr || (instance->state == known && instance->restarts == status.restarts)) {
        co_return;
    }
    const Instance before = *instance;
    auto lines = co_await runtime_.last_lines(workload, failure_lines);
    const bool shutdown = co_await runtime_.shutting_down();
    instance = record_of(workload);
    if (instance == nullptr || shutdown) {
        co_return;
    }
    if (*instance != before) {
        // Meanwhile somebody has recorded something, which may be older or newer than what was seen here.
        notice(workload);
        co_return;
    }
    const InstanceId id = workload.instance;
    const bool applied =
        registry_.apply(id, retrying ? InstanceEvent::will_retry : InstanceEvent::died, [&](Instance& ended) {
            ended.reason = status.reason;
            ended.failure_log = std::move(lines);
            ended.runtime_id.clear();
            ended.restarts = status.restarts;
        });
    if (applied) {
        save(id);
        const Instance& ended = *registry_.instance(id);
        announce(retrying ? message_id::instance_restarting : message_id::instance_failed,
                 retrying ? log::Priority::warning : log::Priority::error, ended,
                 std::format("{}{}", ended.reason.text, retrying ? "; it will be started again" : ""));
    }
}

Task<void> Supervisor::verify_all() {
    std::vector<Instance> running;
    for (const auto& [id, instance] : registry_.instances()) {
        if (instance.state == InstanceState::running && !instance.config.server.speaks_stdio() &&
            registry_.active_job(id) == nullptr) {
            running.push_back(instance);
        }
    }
    for (const Instance& instance : running) {
        const auto verified = co_await runtime_.verify(instance, 0);
        if (verified || verified.error().code != ErrorCode::NotManaged ||
            registry_.active_job(instance.id) != nullptr) {
            continue;
        }
        // Its next restart would run with what somebody else has set, so it does not go on.
        (void)co_await take_down(runtime_, {instance.id, instance.generation});
        const Reason reason{ReasonCode::unit_altered, verified.error().reason};
        if (registry_.apply(instance.id, InstanceEvent::died, [&](Instance& ended) {
                ended.reason = reason;
                ended.runtime_id.clear();
            })) {
            save(instance.id);
            announce(message_id::unit_altered, log::Priority::error, *registry_.instance(instance.id), reason.text);
        }
    }
}

void Supervisor::save(const InstanceId& id) {
    store_.commit_later({*registry_.instance(id)});
}

}  // namespace mcpctl
