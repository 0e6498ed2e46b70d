// The accepting half of Lifecycle: checks a request, makes it durable, and hands it to a job.
#include "agent/core/lifecycle.hpp"

#include <algorithm>
#include <format>

#include "base/journal.hpp"
#include "base/shown.hpp"

namespace mcpctl {

Lifecycle::Lifecycle(asio::any_io_executor executor, Registry& registry, Store& store, Runtime& runtime, Probe& probe,
                     Sessions& sessions, Jobs& jobs, PortRange ports)
    : executor_(std::move(executor)),
      registry_(registry),
      store_(store),
      runtime_(runtime),
      probe_(probe),
      sessions_(sessions),
      jobs_(jobs),
      ports_(ports) {}

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
        return fail(ErrorCode::NotFound, std::format("no profile is named {}", shown(request.profile)), "profile",
                    "see: mcpctl profile list");
    }
    const ServerDefinition* server = registry_.server(profile->server);
    if (server == nullptr) {
        return fail(ErrorCode::NotFound,
                    std::format("profile {} needs server {}, which does not exist", profile->name, profile->server),
                    "profile");
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
    if (instance.port == 0 && !server->speaks_stdio()) {
        const auto port = choose_port(registry_, ports_);
        if (!port) {
            return std::unexpected(port.error());
        }
        instance.port = *port;
    }
    return instance;
}

// An instance stays for life with the engine that is chosen here. Empty where none is needed.
Task<Result<std::string>> Lifecycle::engine_for(std::string profile) const {
    const ProfileDefinition* found = registry_.profile(profile);
    if (found == nullptr || found->runtime != RuntimeKind::docker) {
        co_return std::string();
    }
    if (!found->engine.empty()) {
        co_return found->engine;
    }
    co_return co_await runtime_.default_engine();
}

Task<Result<AcceptedStart>> Lifecycle::start(StartRequest request) {
    auto place = jobs_of_users_.enter(request.actor.uid);
    if (!place) {
        co_return std::unexpected(place.error());
    }
    auto engine = co_await engine_for(request.profile);
    if (!engine) {
        co_return std::unexpected(engine.error());
    }
    auto made = make_instance(request);
    if (!made) {
        co_return std::unexpected(made.error());
    }
    made->config.profile.engine = *std::move(engine);
    const Job job = jobs_.make(JobKind::start, made->id);
    // In memory first: name and port are taken from here on, while the record is being written.
    registry_.put_instance(*made);
    registry_.put_job(job);
    AuditRecord record = audit_of(AuditAction::start, request.actor, *made, job.id);
    const auto stored = co_await store_.commit({*std::move(made), job, std::move(record)});
    if (!stored) {
        registry_.update_job(job.id, [](Job& failed) { failed.state = JobState::failed; });
        registry_.forget_job(job.id);
        registry_.remove_instance(job.instance);
        co_return std::unexpected(stored.error());
    }
    launch_job(job, *std::move(place));
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
    AuditRecord record = audit_of(AuditAction::stop, request.actor, wanted, job.id);
    if (const auto stored = co_await store_.commit({std::move(wanted), job, std::move(record)}); !stored) {
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
    if (server->speaks_stdio() != instance.config.server.speaks_stdio()) {
        return fail(ErrorCode::InvalidArgument, std::format("the transport of server {} has changed", server->name),
                    "refresh", "stop the instance and start it again");
    }
    InstanceConfig config{*server, *profile};
    const ProfileDefinition& old = instance.config.profile;
    if (config.profile.engine.empty()) {
        config.profile.engine = old.engine;
    }
    if (config.profile.runtime != old.runtime || config.profile.engine != old.engine) {
        return fail(ErrorCode::InvalidArgument,
                    std::format("the runtime or engine of profile {} has changed", profile->name), "refresh",
                    "stop the instance and start it again");
    }
    return config;
}

Task<Result<JobId>> Lifecycle::restart(InstanceId id, RestartRequest request) {
    const Instance* instance = registry_.instance(id);
    if (instance == nullptr) {
        co_return fail(ErrorCode::NotFound, "the instance is gone", "instance");
    }
    if (auto free = free_for(id, JobKind::restart); !free) {
        co_return std::unexpected(free.error());
    }
    auto place = jobs_of_users_.enter(request.actor.uid);
    if (!place) {
        co_return std::unexpected(place.error());
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
    const auto action = request.actor.via == AuditVia::agent ? AuditAction::restore : AuditAction::restart;
    if (const auto stored = co_await store_.commit({wanted, job, audit_of(action, request.actor, wanted, job.id)});
        !stored) {
        registry_.update_job(job.id, [](Job& failed) { failed.state = JobState::failed; });
        registry_.forget_job(job.id);
        co_return std::unexpected(stored.error());
    }
    registry_.apply(id, InstanceEvent::replace, [&](Instance& changed) {
        changed.config = wanted.config;
        changed.desired = Desired::running;
    });
    launch_job(job, *std::move(place));
    co_return job.id;
}

Task<Result<void>> Lifecycle::cancel(JobId id, Actor actor) {
    const Job* job = registry_.job(id);
    if (job == nullptr || job->ended()) {
        co_return Result<void>();
    }
    if (job->kind != JobKind::start) {
        co_return fail(ErrorCode::NotSupported,
                       std::format("a {} cannot be taken back", job->kind == JobKind::stop ? "stop" : "restart"));
    }
    const Instance* instance = registry_.instance(job->instance);
    if (instance == nullptr) {
        co_return Result<void>();
    }
    const InstanceId subject = instance->id;
    auto stored = co_await store_.commit({audit_of(AuditAction::cancel, actor, *instance, id)});
    if (stored && registry_.active_job(subject) == registry_.job(id)) {
        activity(subject)->cancel();
    }
    co_return stored;
}

Task<void> Lifecycle::restore(InstanceId id) {
    const auto job = co_await restart(id, {});
    if (!job) {
        log::error(std::format("cannot restore instance {}: {}", id.text(), job.error().reason));
        registry_.apply(id, InstanceEvent::died, [&](Instance& instance) {
            instance.reason = {ReasonCode::unknown, std::format("was not restored: {}", job.error().reason)};
            instance.runtime_id.clear();
        });
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

}  // namespace mcpctl
