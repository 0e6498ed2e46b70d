// The doing half of Lifecycle: what a job does after it was accepted.
#include <exception>
#include <format>
#include <utility>

#include "agent/core/lifecycle.hpp"
#include "base/journal.hpp"

namespace mcpctl {

std::shared_ptr<Activity> Lifecycle::activity(const InstanceId& id) {
    auto& entry = activities_[id];
    if (!entry) {
        entry = std::make_shared<Activity>();
    }
    return entry;
}

void Lifecycle::wake(const InstanceId& id) {
    if (const auto position = activities_.find(id); position != activities_.end()) {
        position->second->changed.notify();
    }
}

Progress Lifecycle::progress_of(JobId id) {
    return [this, id](std::string step) { jobs_.progress(id, std::move(step)); };
}

void Lifecycle::launch_job(const Job& job, std::optional<UserQuota::Place> place) {
    spawn_detached(executor_, std::format("job {}", job.id), run_placed(job.id, std::move(place)));
}

Task<void> Lifecycle::run_placed(JobId id, std::optional<UserQuota::Place> /*place*/) {
    co_await run(id);
}

Task<void> Lifecycle::run(JobId id) {
    const Job job = *registry_.job(id);
    const auto own = activity(job.instance);
    if (job.kind == JobKind::stop) {
        own->cancel();
        while (registry_.active_job(job.instance)->id != id) {
            co_await own->changed.wait_until(Clock::time_point::max());
        }
        own->canceled = false;
    }
    try {
        co_await work_on(job);
    } catch (const std::exception& failure) {
        log::error(std::format("unexpected failure in job {}: {}", id, failure.what()));
        if (!registry_.job(id)->ended()) {
            give_up(job, {ErrorCode::Internal, std::format("unexpected failure: {}", failure.what())});
        }
    }
    if (registry_.active_job(job.instance) == nullptr) {
        activities_.erase(job.instance);
    }
    own->changed.notify();
}

Task<void> Lifecycle::work_on(const Job& job) {
    switch (job.kind) {
        case JobKind::start:
            return run_start(job);
        case JobKind::stop:
            return run_stop(job);
        case JobKind::restart:
            return run_restart(job);
    }
    std::unreachable();
}

// The end is announced when it is on the disk, so nobody acts on an end that a crash takes back.
Task<void> Lifecycle::finish(Job ended, Changes changes) {
    changes.emplace_back(ended);
    // A failing disk does not keep anybody waiting: the work is done, and after a crash the open job finds it done.
    (void)co_await store_.commit(std::move(changes));
    jobs_.announce_end(std::move(ended));
}

Task<void> Lifecycle::finish_removing(Job ended, std::string reason) {
    AuditRecord record = audit_of(AuditAction::remove, Actor{}, *registry_.instance(ended.instance), ended.id);
    record.reason = std::move(reason);
    (void)co_await store_.commit({RemoveInstance{ended.instance}, ended, std::move(record)});
    registry_.remove_instance(ended.instance);
    jobs_.announce_end(std::move(ended));
}

Task<Started<WorkloadStatus>> Lifecycle::bring_up(const Job& job, Activity& own) {
    const Instance instance = *registry_.instance(job.instance);
    if (instance.config.server.speaks_stdio()) {
        co_return co_await sessions_.bring_up(instance, own, progress_of(job.id));
    }
    co_return co_await mcpctl::bring_up(runtime_, probe_, instance, own, progress_of(job.id));
}

Task<Result<std::string>> Lifecycle::drain(const Job& job, Activity& own) {
    const Instance& instance = *registry_.instance(job.instance);
    if (!instance.config.server.speaks_stdio()) {
        co_return co_await mcpctl::drain(runtime_, {instance.id, instance.generation}, job.drain_timeout, own,
                                         progress_of(job.id));
    }
    const std::uint64_t all = instance.generation + 1;
    sessions_.retire(job.instance, all, job.drain_timeout, "the instance was stopped");
    auto ended = co_await sessions_.retired(job.instance, all, job.drain_timeout, own, progress_of(job.id));
    if (!ended) {
        co_return ended;
    }
    const auto forgotten = co_await sessions_.forget(job.instance);
    co_return forgotten ? ended : std::unexpected(forgotten.error());
}

Task<Result<void>> Lifecycle::take_down(InstanceId id) {
    const Instance& instance = *registry_.instance(id);
    const std::uint64_t generation = instance.generation;
    if (!instance.config.server.speaks_stdio()) {
        co_return co_await mcpctl::take_down(runtime_, {id, generation});
    }
    co_await sessions_.take_down(id, generation);
    co_return co_await sessions_.forget(id);
}

void Lifecycle::become_ready(const InstanceId& id, const WorkloadStatus& status) {
    registry_.apply(id, InstanceEvent::ready, [&](Instance& instance) {
        instance.runtime_id = status.runtime_id;
        instance.image_id = status.image;
        instance.restarts = status.restarts;
        instance.started_at = wall_time_now();
        instance.reason = {};
        instance.failure_log.clear();
    });
    sessions_.refill(id);
}

// A start that succeeded needs no waiting for the disk: after a crash the job is done again, finds the unit there and
// comes to the same end.
void Lifecycle::succeed(const Job& job, std::string how) {
    Job ended = jobs_.ended(job.id, {.progress = std::move(how)});
    store_.commit_later({*registry_.instance(job.instance), ended});
    jobs_.announce_end(std::move(ended));
    sessions_.refill(job.instance);
}

Task<void> Lifecycle::run_start(Job job) {
    const auto own = activity(job.instance);
    const auto started = co_await bring_up(job, *own);
    if (started) {
        become_ready(job.instance, *started);
        succeed(job, "ready");
    } else {
        co_await roll_back_start(job, started.error());
    }
}

// A failed start leaves no workload and no record. Where the runtime does not let us clean up, the record stays and
// says so: an instance that may still run must not be forgotten.
Task<void> Lifecycle::roll_back_start(Job job, StartFailure failure) {
    auto lines = co_await last_lines(job.instance, failure);
    jobs_.progress(job.id, "rolling back");
    const auto clean = co_await take_down(job.instance);
    if (!clean) {
        co_await leave_failed(job, {clean.error(), {ReasonCode::runtime_unavailable, clean.error().reason}});
        co_return;
    }
    co_await finish_removing(jobs_.ended(job.id, {.error = failure.error, .last_lines = std::move(lines)}),
                             std::format("its start failed: {}", failure.error.reason));
}

Task<std::vector<std::string>> Lifecycle::last_lines(InstanceId id, StartFailure failure) {
    co_return co_await runtime_.last_lines({id, registry_.instance(id)->generation, failure.process}, 20);
}

Task<void> Lifecycle::leave_failed(Job job, StartFailure failure) {
    auto lines = co_await last_lines(job.instance, failure);
    (void)co_await take_down(job.instance);
    registry_.apply(job.instance, InstanceEvent::died, [&](Instance& instance) {
        instance.reason = failure.reason;
        instance.failure_log = lines;
        instance.runtime_id.clear();
    });
    co_await finish(jobs_.ended(job.id, {.error = failure.error, .last_lines = std::move(lines)}),
                    {*registry_.instance(job.instance)});
}

Task<void> Lifecycle::run_stop(Job job) {
    if (registry_.instance(job.instance) == nullptr) {
        co_await finish(jobs_.ended(job.id, {.progress = "the start was cancelled"}), {});
        co_return;
    }
    registry_.apply(job.instance, InstanceEvent::drain,
                    [](Instance& instance) { instance.desired = Desired::stopped; });
    const auto drained = co_await drain(job, *activity(job.instance));
    if (!drained) {
        give_up(job, drained.error());
        co_return;
    }
    co_await finish_removing(jobs_.ended(job.id, {.progress = *drained}), *drained);
}

// What could not be done to the end is not undone either: the instance stays, and says why.
void Lifecycle::give_up(const Job& job, const Error& error) {
    Job ended = jobs_.ended(job.id, {.error = error});
    Changes changes{ended};
    if (registry_.instance(job.instance) != nullptr) {
        Instance instance = *registry_.instance(job.instance);
        instance.state = InstanceState::failed;
        instance.reason = {ReasonCode::runtime_unavailable, error.reason};
        registry_.put_instance(instance);
        changes.emplace_back(std::move(instance));
    }
    store_.commit_later(std::move(changes));
    jobs_.announce_end(std::move(ended));
}

// Makes the new generation durable, after the old workload of an HTTP server has ended: there is one port. An earlier
// run of this job may have come that far.
Task<Result<void>> Lifecycle::replace_workload(const Job& job, Activity& own) {
    const Instance& instance = *registry_.instance(job.instance);
    if (instance.generation == job.old_generation) {
        if (!instance.config.server.speaks_stdio()) {
            const auto drained = co_await drain(job, own);
            if (!drained) {
                co_return std::unexpected(drained.error());
            }
        }
        Instance next = *registry_.instance(job.instance);
        next.generation += 1;
        if (const auto stored = co_await store_.commit({next}); !stored) {
            co_return std::unexpected(stored.error());
        }
    }
    registry_.apply(job.instance, InstanceEvent::relaunch, [&](Instance& changed) {
        changed.generation = job.old_generation + 1;
        changed.runtime_id.clear();
        changed.restarts = 0;
        changed.started_at = 0;
        changed.reason = {};
    });
    co_return Result<void>();
}

Task<void> Lifecycle::run_restart(Job job) {
    const auto own = activity(job.instance);
    registry_.apply(job.instance, InstanceEvent::replace);
    if (const auto replaced = co_await replace_workload(job, *own); !replaced) {
        give_up(job, replaced.error());
        co_return;
    }
    const std::uint64_t present = registry_.instance(job.instance)->generation;
    const bool many = registry_.instance(job.instance)->config.server.speaks_stdio();
    if (many) {
        sessions_.retire(job.instance, present, job.drain_timeout, "the instance was restarted");
    }
    const auto started = co_await bring_up(job, *own);
    if (!started) {
        co_await leave_failed(job, started.error());
        co_return;
    }
    become_ready(job.instance, *started);
    if (many) {
        // New sessions are open already; those of the old generation may take their time.
        const auto ended =
            co_await sessions_.retired(job.instance, present, job.drain_timeout, *own, progress_of(job.id));
        if (!ended) {
            co_await finish(jobs_.ended(job.id, {.error = ended.error()}), {*registry_.instance(job.instance)});
            co_return;
        }
    }
    succeed(job, "ready");
}

}  // namespace mcpctl
