#include "agent/core/health.hpp"

#include <format>
#include <utility>

namespace mcpctl {
namespace {

Liveness liveness_in(InstanceState state) {
    switch (state) {
        case InstanceState::running:
        case InstanceState::draining:
            return Liveness::alive;
        case InstanceState::backoff:
        case InstanceState::failed:
            return Liveness::dead;
        case InstanceState::starting:
        case InstanceState::restarting:
            return Liveness::unknown;
    }
    return Liveness::unknown;
}

std::string_view word_for(InstanceState state) {
    switch (state) {
        case InstanceState::draining:
            return "it is being stopped";
        case InstanceState::restarting:
            return "it is being restarted";
        case InstanceState::starting:
            return "it is being started";
        case InstanceState::backoff:
        case InstanceState::failed:
        case InstanceState::running:
            return "its process has ended";
    }
    return {};
}

}  // namespace

void Health::succeed(const HealthPolicy& policy, HealthVerdict& verdict) {
    record_.readiness = Readiness::ready;
    record_.consecutive_failures = 0;
    ++record_.consecutive_successes;
    if (record_.consecutive_successes >= policy.failure_threshold) {
        unwell_since_.reset();
        verdict.cleared = std::exchange(record_.alert, false);
    }
    if (!record_.alert) {
        record_.reason.clear();
    }
}

void Health::fail(const std::string& error, const HealthPolicy& policy, Moment now, HealthVerdict& verdict) {
    record_.last_error = error;
    record_.consecutive_successes = 0;
    ++record_.consecutive_failures;
    if (!unwell_since_) {
        unwell_since_ = now.steady;
    }
    const bool too_often = record_.consecutive_failures >= policy.failure_threshold;
    const bool too_long = policy.unhealthy_after && now.steady - *unwell_since_ >= *policy.unhealthy_after;
    if (too_often && record_.readiness != Readiness::not_ready) {
        record_.readiness = Readiness::not_ready;
        record_.reason = error;
    }
    if ((too_often || too_long) && !std::exchange(record_.alert, true)) {
        verdict.raised = true;
        record_.reason =
            too_often ? error : std::format("not well for {}: {}", format_duration(*policy.unhealthy_after), error);
    }
    // Again and again while it does not help: the restart policy decides when to give up.
    verdict.restart_due = verdict.raised || record_.consecutive_failures % policy.failure_threshold == 0;
}

void Health::resume(const HealthChange& last, Moment now) {
    left_ = last;
    if (last.alert) {
        record_.alert = true;
        record_.reason = last.reason;
        record_.last_transition = last.at;
        unwell_since_ = now.steady;
    }
}

// Found as the agent before this one left it, it has been so since then.
WallTime Health::time_of_transition(Moment now) {
    if (record_.readiness == Readiness::unknown) {
        return record_.last_transition;
    }
    const auto left = std::exchange(left_, std::nullopt);
    const bool as_left = left && left->readiness == record_.readiness && left->liveness == record_.liveness &&
                         left->alert == record_.alert;
    return as_left ? left->at : now.wall;
}

HealthVerdict Health::finish(const HealthRecord& before, HealthVerdict verdict, Moment now) {
    verdict.changed = !record_.announces_the_same_as(before);
    if (verdict.changed) {
        record_.last_transition = time_of_transition(now);
    }
    return verdict;
}

HealthVerdict Health::observe(const ProbeResult& result, const HealthPolicy& policy, Moment now) {
    const HealthRecord before = record_;
    HealthVerdict verdict;
    record_.last_checked = now.wall;
    if (result.ready()) {
        succeed(policy, verdict);
        record_.latency = result.latency.count() > 0 ? result.latency : record_.latency;
        record_.generation = result.generation == McpGeneration::unknown ? record_.generation : result.generation;
    } else {
        fail(result.error, policy, now, verdict);
    }
    return finish(before, verdict, now);
}

HealthVerdict Health::observe(InstanceState state, const std::string& reason, const HealthPolicy& policy, Moment now) {
    const HealthRecord before = record_;
    HealthVerdict verdict;
    record_.liveness = liveness_in(state);
    if (state == InstanceState::starting || state == InstanceState::restarting) {
        record_.generation = McpGeneration::unknown;  // another server may come
    }
    if (state != InstanceState::running) {
        const std::string why = reason.empty() ? std::string(word_for(state)) : reason;
        if (record_.liveness == Liveness::dead) {
            fail(why, policy, now, verdict);
        }
        if (record_.readiness != Readiness::not_ready) {
            record_.readiness = Readiness::not_ready;
            record_.reason = why;
        }
    }
    return finish(before, verdict, now);
}

}  // namespace mcpctl
