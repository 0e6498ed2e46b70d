#include "agent/core/health_monitor.hpp"

#include <array>
#include <format>

#include "base/journal.hpp"
#include "base/message_ids.hpp"

namespace mcpctl {
namespace {

Moment now() {
    return {Clock::now(), wall_time_now()};
}

void announce(std::string_view message_id, log::Priority priority, const Instance& instance, const std::string& reason,
              const std::string& what) {
    const std::string id = instance.id.text();
    const std::array fields{log::Field{"MESSAGE_ID", message_id}, log::Field{"MCPCTL_INSTANCE", id},
                            log::Field{"MCPCTL_PROFILE", instance.config.profile.name},
                            log::Field{"MCPCTL_SERVER", instance.config.server.name},
                            log::Field{"MCPCTL_REASON", reason}};
    log::write(priority, std::format("instance {} {}", instance.name, what), fields);
}

// Only a running one can answer.
bool is_to_be_asked(const Instance& instance) {
    return instance.state == InstanceState::running;
}

// A session that its client closed ended well, and so did a server that exited without an error.
bool ended_in_an_error(const Reason& reason) {
    return reason.code == ReasonCode::signal || reason.code == ReasonCode::out_of_memory ||
           (reason.code == ReasonCode::exit_code && !reason.text.starts_with("exited with code 0"));
}

}  // namespace

HealthMonitor::HealthMonitor(asio::any_io_executor executor, Registry& registry, Sessions& sessions, HealthPorts ports)
    : executor_(std::move(executor)),
      registry_(registry),
      sessions_(sessions),
      runtime_(ports.runtime),
      probe_(ports.probe),
      history_(ports.history) {
    registry_.observe(*this);
}

HealthMonitor::~HealthMonitor() {
    registry_.unobserve(*this);
}

Task<void> HealthMonitor::recall() {
    if (const auto latest = co_await history_.latest()) {
        for (const auto& [id, change] : *latest) {
            if (const auto entry = entries_.find(id); entry != entries_.end()) {
                entry->second.health.resume(change, now());
            } else {
                history_.forget(id);
            }
        }
    }
}

Task<void> HealthMonitor::run() {
    while (true) {
        const auto seen = changed_.count();
        begin_due();
        const bool full = under_way_ >= most_at_once;
        const auto next = full || schedule_.empty() ? Clock::time_point::max() : schedule_.begin()->first;
        co_await changed_.wait_until(next, seen);
    }
}

HealthRecord HealthMonitor::health(const InstanceId& id) const {
    const auto entry = entries_.find(id);
    return entry == entries_.end() ? HealthRecord{} : entry->second.health.record();
}

Task<Result<HealthRecord>> HealthMonitor::check_now(InstanceId id) {
    const Instance* instance = registry_.instance(id);
    const auto entry = entries_.find(id);
    if (instance == nullptr || entry == entries_.end()) {
        co_return fail(ErrorCode::NotFound, "the instance is gone", "instance");
    }
    if (is_to_be_asked(*instance)) {
        Condition& checked = entry->second.checked;
        const auto seen = checked.count();
        if (!entry->second.under_way) {
            begin(id, entry->second);
        }
        co_await checked.wait_until(Clock::time_point::max(), seen);
    }
    co_return health(id);
}

void HealthMonitor::begin_due() {
    const auto begin_before = Clock::now();
    while (under_way_ < most_at_once && !schedule_.empty() && schedule_.begin()->first <= begin_before) {
        const InstanceId id = schedule_.begin()->second;
        const Instance* instance = registry_.instance(id);
        Entry& entry = entries_.at(id);
        if (registry_.active_job(id) != nullptr) {
            schedule_next(*instance, entry);
        } else if (is_to_be_asked(*instance)) {
            begin(id, entry);
        } else {
            // Nothing to ask: its state goes on to say how it is.
            const HealthRecord before = entry.health.record();
            const auto verdict =
                entry.health.observe(instance->state, instance->reason.text, instance->config.profile.health, now());
            schedule_next(*instance, entry);
            apply(*instance, before, verdict);
        }
    }
}

void HealthMonitor::begin(const InstanceId& id, Entry& entry) {
    schedule_.erase({entry.due, id});
    entry.due = std::min(entry.due, Clock::now());
    entry.under_way = true;
    ++under_way_;
    spawn_detached(executor_, "checking an instance", check(id));
}

Task<void> HealthMonitor::check(InstanceId id) {
    const Instance* instance = registry_.instance(id);
    if (instance != nullptr) {
        Entry& entry = entries_.at(id);
        const auto late = std::max(Clock::now() - entry.due, Clock::duration(0));
        entry.health.note_check(std::chrono::duration_cast<std::chrono::microseconds>(late));
        const std::string asked_workload = instance->runtime_id;
        const ProbeResult result = co_await ask(*instance, entry.health.record());
        instance = registry_.instance(id);
        // An answer of the workload before this one says nothing.
        if (instance != nullptr && is_to_be_asked(*instance) && registry_.active_job(id) == nullptr &&
            (instance->config.server.speaks_stdio() || instance->runtime_id == asked_workload)) {
            take(id, result);
        }
    }
    if (under_way_-- >= most_at_once) {
        changed_.notify();
    }
    if (const auto entry = entries_.find(id); entry != entries_.end()) {
        entry->second.under_way = false;
        schedule_next(*registry_.instance(id), entry->second);
        entry->second.checked.notify();
    }
}

// Not a coroutine: what it refers to is used before anybody waits.
Task<ProbeResult> HealthMonitor::ask(const Instance& instance, const HealthRecord& known) {
    const Duration timeout = instance.config.profile.health.check_timeout();
    if (instance.config.server.speaks_stdio()) {
        return sessions_.check(instance.id, timeout);
    }
    // After a failure it may be another server: the check finds out anew.
    const auto generation = known.consecutive_failures > 0 ? McpGeneration::unknown : known.generation;
    return ask_on_port({instance.endpoint(), instance.config.server.transport, generation, timeout},
                       {instance.id, instance.generation}, instance.port);
}

// Whoever took the port of a server that stopped listening could answer in its place.
Task<ProbeResult> HealthMonitor::ask_on_port(ProbeTarget target, WorkloadRef workload, std::uint16_t port) {
    ProbeResult result = co_await probe_.check(std::move(target));
    if (result.ready()) {
        const auto holder = co_await runtime_.port_holder(workload, port);
        if (holder && *holder == PortHolder::other) {
            result.error = std::format("port {} is held by another process", port);
        }
    }
    co_return result;
}

void HealthMonitor::take(const InstanceId& id, const ProbeResult& result) {
    const Instance& instance = *registry_.instance(id);
    Entry& entry = entries_.at(id);
    const HealthRecord before = entry.health.record();
    const auto verdict = entry.health.observe(result, instance.config.profile.health, now());
    apply(instance, before, verdict);
}

void HealthMonitor::schedule(const InstanceId& id, Entry& entry, Clock::time_point due) {
    schedule_.erase({entry.due, id});
    entry.due = due;
    const auto placed = schedule_.emplace(due, id).first;
    if (placed == schedule_.begin()) {
        changed_.notify();
    }
}

// Never later than its interval after the one before, and a little earlier by chance, so that those that began together
// do not stay together. A failure is looked at again after half of it: so the threshold is reached in time although a
// check that hangs takes its timeout.
void HealthMonitor::schedule_next(const Instance& instance, Entry& entry) {
    const Duration interval = instance.config.profile.health.interval;
    const Duration pace = entry.health.is_failing() ? interval / 2 : interval - some_of(interval / 10);
    schedule(instance.id, entry, std::max(entry.due + pace, Clock::now()));
}

Duration HealthMonitor::some_of(Duration duration) {
    return Duration(std::uniform_int_distribution<Duration::rep>(0, duration.count())(random_));
}

void HealthMonitor::instance_added(const Instance& instance) {
    // Soon: of one that was adopted nothing is known until then.
    Entry& entry = entries_[instance.id];
    (void)entry.health.observe(instance.state, instance.reason.text, instance.config.profile.health, now());
    schedule(instance.id, entry, Clock::now() + some_of(instance.config.profile.health.interval / 10));
}

// An instance gets into running by an answer: that was a check.
void HealthMonitor::instance_changed(const Instance& before, const Instance& instance) {
    const auto found = entries_.find(instance.id);
    if (found == entries_.end() || before.state == instance.state) {
        return;
    }
    Entry& entry = found->second;
    const HealthRecord record = entry.health.record();
    const HealthPolicy& policy = instance.config.profile.health;
    auto verdict = entry.health.observe(instance.state, instance.reason.text, policy, now());
    if (instance.state == InstanceState::running) {
        verdict = entry.health.observe(ProbeResult{}, policy, now());
        verdict.changed = !entry.health.record().announces_the_same_as(record);
    }
    if (!entry.under_way) {
        schedule(instance.id, entry, Clock::now() + policy.interval - some_of(policy.interval / 2));
    }
    apply(instance, record, verdict);
}

void HealthMonitor::instance_removed(const InstanceId& id) {
    const auto entry = entries_.find(id);
    if (entry == entries_.end()) {
        return;
    }
    schedule_.erase({entry->second.due, id});
    entry->second.checked.notify();
    entries_.erase(entry);
    history_.forget(id);
}

void HealthMonitor::session_ended(const InstanceId& id, const SessionRecord& session) {
    const Instance* instance = registry_.instance(id);
    if (instance != nullptr && is_to_be_asked(*instance) && ended_in_an_error(session.reason)) {
        take(id, {.error = std::format("a session ended: {}", session.reason.text)});
    }
}

void HealthMonitor::apply(const Instance& instance, const HealthRecord& before, const HealthVerdict& verdict) {
    const InstanceId id = instance.id;
    const HealthRecord record = health(id);
    const bool merely_known = before.readiness == Readiness::unknown && record.readiness == Readiness::ready;
    if (verdict.changed && (!merely_known || verdict.cleared)) {
        history_.add(id, {record.last_transition, record.readiness, record.liveness, record.alert, record.reason});
    }
    if (verdict.raised) {
        announce(message_id::health_alert_raised, log::Priority::error, instance, record.reason,
                 std::format("is not healthy: {}", record.reason));
    } else if (verdict.cleared) {
        announce(message_id::health_alert_cleared, log::Priority::notice, instance, before.reason,
                 std::format("is healthy again; it was not: {}", before.reason));
    }
    const bool restarts = verdict.restart_due && instance.state == InstanceState::running &&
                          instance.config.profile.health.on_unhealthy == OnUnhealthy::restart &&
                          !instance.config.server.speaks_stdio();
    if (restarts) {
        spawn_detached(executor_, "restarting an unhealthy instance", restart(id));
    }
    if (verdict.changed) {
        registry_.health_changed(id, before, record);
    }
}

// As a failure: so the restart policy's delay and limit hold, and the supervisor sees it through. A standby that did
// not answer is replaced in any case.
Task<void> HealthMonitor::restart(InstanceId id) {
    const Instance* instance = registry_.instance(id);
    if (instance == nullptr || instance->state != InstanceState::running || registry_.active_job(id) != nullptr) {
        co_return;
    }
    log::warning(std::format("instance {} is killed because it is not healthy", instance->name));
    const auto killed = co_await runtime_.kill_as_failure({id, instance->generation});
    if (!killed) {
        log::error(std::format("an unhealthy server could not be killed: {}", killed.error().reason));
    }
}

}  // namespace mcpctl
