// Keeping standbys: replacing those that were handed over at once, and those that died under the restart policy. PID 1
// cannot do it, because it could not renew their descriptors.
#include <algorithm>
#include <array>
#include <format>

#include "agent/core/sessions.hpp"
#include "base/journal.hpp"
#include "base/message_ids.hpp"

namespace mcpctl {
namespace {

constexpr std::size_t failure_lines = 20;

Duration delay_after(std::uint32_t failures, const RestartPolicy& policy) {
    Duration delay = policy.initial_delay;
    for (std::uint32_t i = 1; i < failures && delay < policy.max_delay; ++i) {
        delay *= 2;
    }
    return std::min(delay, std::max(policy.max_delay, policy.initial_delay));
}

void announce(std::string_view message_id, log::Priority priority, const Instance& instance, const std::string& what) {
    const std::string id = instance.id.text();
    const std::array fields{log::Field{"MESSAGE_ID", message_id}, log::Field{"MCPCTL_INSTANCE", id},
                            log::Field{"MCPCTL_PROFILE", instance.config.profile.name},
                            log::Field{"MCPCTL_SERVER", instance.config.server.name},
                            log::Field{"MCPCTL_REASON", instance.reason.text}};
    log::write(priority, std::format("instance {} {}", instance.name, what), fields);
}

}  // namespace

void Sessions::refill(const InstanceId& id) {
    const Instance* instance = registry_.instance(id);
    const bool up = instance != nullptr && instance->config.server.speaks_stdio() &&
                    (instance->state == InstanceState::running || instance->state == InstanceState::starting);
    if (!up || pools_[id].backing_off || pools_[id].cold_starts > 0) {
        return;
    }
    auto standbys = std::ranges::count_if(pools_[id].processes, [&](const auto& entry) {
        const StdioProcess& process = *entry.second;
        return process.role == ProcessRole::standby && !process.end && process.ref.generation == instance->generation;
    });
    for (; standbys < instance->config.profile.standby && has_room(*instance); ++standbys) {
        auto made = make_process(*instance, ProcessRole::standby);
        if (!made) {
            log::error(std::format("no standby for {}: {}", instance->name, made.error().reason));
            return;
        }
        spawn_detached(executor_, "starting a standby", add_standby(*made, *instance));
    }
}

Task<void> Sessions::add_standby(ProcessPtr process, Instance instance) {
    const auto launched = co_await launch(process, instance);
    if (launched) {
        co_await make_ready(process, instance.config.profile.start_timeout);
    } else {
        co_await lost(process->ref, launched.error().reason);
    }
}

void Sessions::standby_is_ready(const InstanceId& id) {
    const Instance* instance = registry_.instance(id);
    if (instance == nullptr) {
        return;
    }
    show_standby(id);
    if (registry_.active_job(id) != nullptr) {
        return;
    }
    const std::uint32_t failures = pools_[id].failures;
    if (instance->state == InstanceState::backoff) {
        registry_.apply(id, InstanceEvent::retried);
        registry_.apply(id, InstanceEvent::ready, [&](Instance& ready) {
            ready.reason = {};
            ready.restarts = failures;
            ready.started_at = wall_time_now();
        });
        store_.commit_later({*registry_.instance(id)});
    }
    refill(id);
    if (failures > 0) {
        spawn_detached(executor_, "waiting for steady standbys", forgive_when_steady(id, failures));
    }
}

Task<void> Sessions::forgive_when_steady(InstanceId id, std::uint32_t failures) {
    const Instance* instance = registry_.instance(id);
    co_await wait_for(instance->config.profile.restart.reset_after);
    const auto own = pools_.find(id);
    if (own == pools_.end() || own->second.failures != failures || own->second.backing_off) {
        co_return;
    }
    own->second.failures = 0;
    if (registry_.apply(id, InstanceEvent::ready, [](Instance& steady) { steady.restarts = 0; })) {
        store_.commit_later({*registry_.instance(id)});
    }
}

// A standby ended although nobody wanted it to. As long as others are ready the instance runs on.
Task<void> Sessions::lost(WorkloadRef process, Reason reason) {
    const InstanceId id = process.instance;
    if (co_await runtime_.shutting_down()) {
        co_return;
    }
    auto lines = co_await runtime_.last_lines(process, failure_lines);
    const Instance* instance = registry_.instance(id);
    // A job that works on the instance looks for itself.
    if (instance == nullptr || registry_.active_job(id) != nullptr || instance->generation != process.generation ||
        instance->state == InstanceState::failed) {
        co_return;
    }
    Pool& own = pools_[id];
    const RestartPolicy& policy = instance->config.profile.restart;
    const bool gives_up = policy.mode == RestartMode::no || own.failures >= policy.max_attempts;
    if (gives_up && policy.mode != RestartMode::no) {
        reason = {ReasonCode::start_limit, std::format("{}; given up after {} restarts", reason.text, own.failures)};
    }
    ++own.failures;
    own.backing_off = !gives_up;
    const Duration delay = delay_after(own.failures, policy);
    if (!gives_up) {
        spawn_detached(executor_, "waiting to start a standby again", retry_after(id, delay));
    }
    if (!gives_up && standby(id) != nullptr) {
        co_return;
    }
    const bool applied =
        registry_.apply(id, gives_up ? InstanceEvent::died : InstanceEvent::will_retry, [&](Instance& ended) {
            ended.reason = reason;
            ended.failure_log = std::move(lines);
            ended.restarts = own.failures;
        });
    if (applied) {
        const Instance& ended = *registry_.instance(id);
        store_.commit_later({ended});
        announce(gives_up ? message_id::instance_failed : message_id::instance_restarting,
                 gives_up ? log::Priority::error : log::Priority::warning, ended,
                 gives_up ? ended.reason.text
                          : std::format("has no standby: {}; another is started after {}", ended.reason.text,
                                        format_duration(delay)));
    }
}

Task<void> Sessions::retry_after(InstanceId id, Duration delay) {
    co_await wait_for(delay);
    const Instance* instance = registry_.instance(id);
    if (instance == nullptr || !std::exchange(pools_[id].backing_off, false) || registry_.active_job(id) != nullptr) {
        co_return;
    }
    if (instance->state != InstanceState::backoff) {
        refill(id);
        co_return;
    }
    const Instance retried = *instance;
    if (auto made = make_process(retried, ProcessRole::standby)) {
        co_await add_standby(*made, retried);
    } else {
        co_await lost({id, retried.generation}, {ReasonCode::unknown, made.error().reason});
    }
}

}  // namespace mcpctl
