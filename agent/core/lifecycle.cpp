#include "agent/core/lifecycle.hpp"

#include <algorithm>
#include <format>

#include "base/journal.hpp"

namespace mcpctl {

Lifecycle::Lifecycle(asio::any_io_executor executor, Registry& registry, Store& store, Runtime& runtime, Jobs& jobs,
                     PortRange ports)
    : executor_(std::move(executor)),
      registry_(registry),
      store_(store),
      runtime_(runtime),
      jobs_(jobs),
      ports_(ports) {}

// --- accepting -------------------------------------------------------------------------------------------------------

Result<std::string> Lifecycle::choose_name(const StartRequest& request) const {
    if (request.name) {
        if (auto checked = check_name(*request.name, "name"); !checked) {
            return std::unexpected(checked.error());
        }
        if (registry_.instance_named(*request.name) != nullptr) {
            return fail(ErrorCode::AlreadyExists, std::format("an instance named {} exists", *request.name), "name",
                        "choose another name");
        }
        return *request.name;
    }
    std::string name = request.profile;
    for (int number = 2; registry_.instance_named(name) != nullptr; ++number) {
        name = std::format("{}-{}", request.profile, number);
    }
    if (auto checked = check_name(name, "name"); !checked) {
        return fail(ErrorCode::InvalidArgument, "the profile's name leaves no room for a number", "name",
                    "give the instance a name: --name NAME");
    }
    return name;
}

Result<Instance> Lifecycle::make_instance(const StartRequest& request) const {
    const ProfileDefinition* profile = registry_.profile(request.profile);
    if (profile == nullptr) {
        return fail(ErrorCode::NotFound, std::format("no profile is named {}", request.profile.substr(0, 80)),
                    "profile", "see: mcpctl profile list");
    }
    const ServerDefinition* server = registry_.server(profile->server);
    if (server == nullptr) {
        return fail(ErrorCode::NotFound, std::format("profile {} needs server {}, which does not exist",
                                                     profile->name, profile->server), "profile");
    }
    auto name = choose_name(request);
    if (!name) {
        return std::unexpected(name.error());
    }
    Instance instance;
    instance.id = InstanceId::generate();
    instance.name = *std::move(name);
    instance.config = {*server, *profile};
    instance.created_at = wall_time_now();
    instance.port = server->port;
    if (instance.port == 0) {
        const auto port = choose_port(registry_, ports_);
        if (!port) {
            return std::unexpected(port.error());
        }
        instance.port = *port;
    }
    return instance;
}

Task<Result<AcceptedStart>> Lifecycle::start(StartRequest request) {
    auto made = make_instance(request);
    if (!made) {
        co_return std::unexpected(made.error());
    }
    const Job job = jobs_.make(JobKind::start, made->id);
    // In memory first: name and port are taken from here on, while the record is being written.
    registry_.put_instance(*made);
    registry_.put_job(job);
    const auto stored = co_await store_.commit({*std::move(made), job});
    if (!stored) {
        registry_.update_job(job.id, [](Job& failed) { failed.state = JobState::failed; });
        registry_.forget_job(job.id);
        registry_.remove_instance(job.instance);
        co_return std::unexpected(stored.error());
    }
    launch_job(job);
    co_return AcceptedStart{job.instance, job.id};
}

Result<Duration> Lifecycle::drain_timeout(const Instance& instance, std::optional<Duration> asked) const {
    const ProfileDefinition& profile = instance.config.profile;
    if (asked && *asked > profile.max_drain_timeout) {
        return fail(ErrorCode::InvalidArgument,
                    std::format("{} is longer than the profile's maxDrainTimeout of {}", format_duration(*asked),
                                format_duration(profile.max_drain_timeout)),
                    "drain-timeout", "ask for less, or raise maxDrainTimeout in the profile and start again");
    }
    return asked.value_or(profile.drain_timeout);
}

Result<void> Lifecycle::free_for(const InstanceId& id, JobKind kind) const {
    const Job* active = registry_.active_job(id);
    // A stop cancels a start, and what a restart has not done yet.
    if (active == nullptr || (kind == JobKind::stop && active->kind != JobKind::stop)) {
        return {};
    }
    return fail(ErrorCode::Busy, std::format("job {} works on it", active->id), {},
                "wait for it; mcpctl status shows its progress");
}

Task<Result<JobId>> Lifecycle::stop(InstanceId id, StopRequest request) {
    const Instance* instance = registry_.instance(id);
    if (instance == nullptr) {
        co_return fail(ErrorCode::NotFound, "the instance is gone", "instance");
    }
    if (auto free = free_for(id, JobKind::stop); !free) {
        co_return std::unexpected(free.error());
    }
    const auto timeout = drain_timeout(*instance, request.drain_timeout);
    if (!timeout) {
        co_return std::unexpected(timeout.error());
    }
    Job job = jobs_.make(JobKind::stop, id);
    job.drain_timeout = *timeout;
    job.old_generation = instance->generation;
    Instance wanted = *instance;
    wanted.desired = Desired::stopped;
    registry_.put_job(job);
    if (const auto stored = co_await store_.commit({std::move(wanted), job}); !stored) {
        registry_.update_job(job.id, [](Job& failed) { failed.state = JobState::failed; });
        registry_.forget_job(job.id);
        co_return std::unexpected(stored.error());
    }
    launch_job(job);
    co_return job.id;
}

Result<InstanceConfig> Lifecycle::refreshed(const Instance& instance) const {
    const ProfileDefinition* profile = registry_.profile(instance.config.profile.name);
    const ServerDefinition* server = profile == nullptr ? nullptr : registry_.server(profile->server);
    if (server == nullptr) {
        return fail(ErrorCode::NotFound,
                    std::format("profile {} or its server exists no more", instance.config.profile.name), "refresh",
                    "restart without refresh keeps the configuration that it was started with");
    }
    return InstanceConfig{*server, *profile};
}

Task<Result<JobId>> Lifecycle::restart(InstanceId id, RestartRequest request) {
    const Instance* instance = registry_.instance(id);
    if (instance == nullptr) {
        co_return fail(ErrorCode::NotFound, "the instance is gone", "instance");
    }
    if (auto free = free_for(id, JobKind::restart); !free) {
        co_return std::unexpected(free.error());
    }
    const auto timeout = drain_timeout(*instance, request.drain_timeout);
    if (!timeout) {
        co_return std::unexpected(timeout.error());
    }
    Instance wanted = *instance;
    wanted.desired = Desired::running;
    if (request.refresh) {
        auto config = refreshed(*instance);
        if (!config) {
            co_return std::unexpected(config.error());
        }
        wanted.config = *std::move(config);
    }
    Job job = jobs_.make(JobKind::restart, id);
    job.drain_timeout = *timeout;
    job.old_generation = instance->generation;
    registry_.put_job(job);
    if (const auto stored = co_await store_.commit({wanted, job}); !stored) {
        registry_.update_job(job.id, [](Job& failed) { failed.state = JobState::failed; });
        registry_.forget_job(job.id);
        co_return std::unexpected(stored.error());
    }
    registry_.apply(id, InstanceEvent::replace, [&](Instance& changed) {
        changed.config = wanted.config;
        changed.desired = Desired::running;
    });
    launch_job(job);
    co_return job.id;
}

Result<void> Lifecycle::cancel(JobId id) {
    const Job* job = registry_.job(id);
    if (job == nullptr || job->ended()) {
        return {};
    }
    if (job->kind != JobKind::start) {
        return fail(ErrorCode::NotSupported,
                    std::format("a {} cannot be taken back", job->kind == JobKind::stop ? "stop" : "restart"));
    }
    activity(job->instance)->cancel();
    return {};
}

Task<void> Lifecycle::restore(InstanceId id) {
    const auto job = co_await restart(id, {});
    if (!job) {
        log::error(std::format("cannot restore instance {}: {}", id.text(), job.error().reason));
    }
}

Task<void> Lifecycle::start_at_boot(std::string profile) {
    const auto started = co_await start({profile});
    if (!started) {
        log::error(std::format("cannot start profile {}: {}", profile, started.error().reason));
    }
}

void Lifecycle::resume(const Job& job) {
    launch_job(job);
}

// --- doing -----------------------------------------------------------------------------------------------------------

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

void Lifecycle::launch_job(const Job& job) {
    spawn_detached(executor_, std::format("job {}", job.id), run(job.id));
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
    switch (job.kind) {
        case JobKind::start:
            co_await run_start(job);
            break;
        case JobKind::stop:
            co_await run_stop(job);
            break;
        case JobKind::restart:
            co_await run_restart(job);
            break;
    }
    if (registry_.active_job(job.instance) == nullptr) {
        activities_.erase(job.instance);
    }
    own->changed.notify();
}

// The end is announced when it is on the disk, so nobody acts on an end that a crash takes back.
Task<void> Lifecycle::finish(Job ended, Changes changes) {
    changes.emplace_back(ended);
    // A failing disk does not keep anybody waiting: the work is done, and after a crash the open job finds it done.
    (void)co_await store_.commit(std::move(changes));
    jobs_.announce_end(std::move(ended));
}

Task<void> Lifecycle::finish_removing(Job ended) {
    (void)co_await store_.commit({RemoveInstance{ended.instance}, ended});
    registry_.remove_instance(ended.instance);
    jobs_.announce_end(std::move(ended));
}

// A start that succeeded needs no waiting for the disk: after a crash the job is done again, finds the unit there and
// comes to the same end.
void Lifecycle::succeed(const Job& job, const WorkloadStatus& status) {
    registry_.apply(job.instance, InstanceEvent::ready, [&](Instance& instance) {
        instance.runtime_id = status.runtime_id;
        instance.restarts = status.restarts;
        instance.started_at = wall_time_now();
        instance.reason = {};
        instance.failure_log.clear();
    });
    Job ended = jobs_.ended(job.id, {.progress = "ready"});
    store_.commit_later({*registry_.instance(job.instance), ended});
    jobs_.announce_end(std::move(ended));
}

Task<void> Lifecycle::run_start(Job job) {
    const auto own = activity(job.instance);
    const auto started =
        co_await bring_up(runtime_, *registry_.instance(job.instance), *own, progress_of(job.id));
    if (started) {
        succeed(job, *started);
    } else {
        co_await roll_back_start(job, started.error());
    }
}

// A failed start leaves no workload and no record. Where the runtime does not let us clean up, the record stays and
// says so: an instance that may still run must not be forgotten.
Task<void> Lifecycle::roll_back_start(Job job, StartFailure failure) {
    const WorkloadRef workload{job.instance, registry_.instance(job.instance)->generation};
    auto lines = co_await runtime_.last_lines(workload, 20);
    jobs_.progress(job.id, "rolling back");
    const auto clean = co_await take_down(runtime_, workload);
    if (!clean) {
        co_await leave_failed(job, {clean.error(), {ReasonCode::runtime_unavailable, clean.error().reason}});
        co_return;
    }
    co_await finish_removing(jobs_.ended(job.id, {.error = failure.error, .last_lines = std::move(lines)}));
}

Task<void> Lifecycle::leave_failed(Job job, StartFailure failure) {
    const WorkloadRef workload{job.instance, registry_.instance(job.instance)->generation};
    auto lines = co_await runtime_.last_lines(workload, 20);
    (void)co_await take_down(runtime_, workload);
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
    registry_.apply(job.instance, InstanceEvent::drain, [](Instance& instance) { instance.desired = Desired::stopped; });
    const WorkloadRef workload{job.instance, registry_.instance(job.instance)->generation};
    const auto drained =
        co_await drain(runtime_, workload, job.drain_timeout, *activity(job.instance), progress_of(job.id));
    if (!drained) {
        give_up_stop(job, drained.error());
        co_return;
    }
    co_await finish_removing(jobs_.ended(job.id, {.progress = *drained}));
}

void Lifecycle::give_up_stop(const Job& job, const Error& error) {
    Instance instance = *registry_.instance(job.instance);
    instance.state = InstanceState::failed;
    instance.reason = {ReasonCode::runtime_unavailable, error.reason};
    registry_.put_instance(instance);
    Job ended = jobs_.ended(job.id, {.error = error});
    store_.commit_later({std::move(instance), ended});
    jobs_.announce_end(std::move(ended));
}

// Ends the old workload and makes the new generation durable, unless an earlier run of this job came that far.
Task<Result<void>> Lifecycle::replace_workload(const Job& job, Activity& own) {
    if (registry_.instance(job.instance)->generation == job.old_generation) {
        const auto drained = co_await drain(runtime_, {job.instance, job.old_generation}, job.drain_timeout, own,
                                            progress_of(job.id));
        if (!drained) {
            co_return std::unexpected(drained.error());
        }
        Instance next = *registry_.instance(job.instance);
        next.generation += 1;
        if (const auto stored = co_await store_.commit({next}); !stored) {
            co_return std::unexpected(stored.error());
        }
    }
    registry_.apply(job.instance, InstanceEvent::relaunch, [&](Instance& instance) {
        instance.generation = job.old_generation + 1;
        instance.runtime_id.clear();
        instance.restarts = 0;
        instance.started_at = 0;
        instance.reason = {};
    });
    co_return Result<void>();
}

Task<void> Lifecycle::run_restart(Job job) {
    const auto own = activity(job.instance);
    registry_.apply(job.instance, InstanceEvent::replace);
    if (const auto replaced = co_await replace_workload(job, *own); !replaced) {
        give_up_stop(job, replaced.error());
        co_return;
    }
    const auto started =
        co_await bring_up(runtime_, *registry_.instance(job.instance), *own, progress_of(job.id));
    if (started) {
        succeed(job, *started);
    } else {
        co_await leave_failed(job, started.error());
    }
}

}  // namespace mcpctl
