// How processes end: by themselves, because their client is gone, or because somebody wants it.
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <format>

#include "agent/core/descriptor_names.hpp"
#include "agent/core/sessions.hpp"
#include "base/journal.hpp"
#include "base/message_ids.hpp"

namespace mcpctl {
namespace {

using namespace std::chrono_literals;

// Events are hints and may be lost: look at least this often while an end is due.
constexpr auto safety_look = 1s;
constexpr auto time_to_die = 10s;

bool has_ended(WorkloadPhase phase) {
    return phase == WorkloadPhase::absent || phase == WorkloadPhase::exited || phase == WorkloadPhase::failed;
}

// The time for SIGTERM at the end of a drain.
Duration grace_of(Duration timeout) {
    return std::min<Duration>(10s, timeout / 2);
}

Clock::time_point next_look(const StdioProcess& process) {
    if (!process.end) {
        return Clock::time_point::max();
    }
    const EndPlan& plan = *process.end;
    const auto due = plan.terminated ? plan.kill_at : std::min(plan.terminate_at, plan.kill_at);
    const auto soon = Clock::now() + safety_look;
    return plan.killed || plan.terminated ? std::min<Clock::time_point>(due > Clock::now() ? due : soon, soon) : due;
}

std::string how(const EndPlan& plan) {
    return plan.killed ? ", and was killed" : plan.terminated ? ", ended after SIGTERM" : "";
}

// After the end of input an exit code is no failure: servers end with 1 because their client is gone.
Reason reason_of_end(const StdioProcess& process, const WorkloadStatus& status, Hangup client) {
    if (process.fault && process.end->terminated) {
        return *process.fault;
    }
    if (process.end && !process.fault) {
        return {ReasonCode::closed, process.end->cause + how(*process.end)};
    }
    if (process.role == ProcessRole::session && client != Hangup::none) {
        return {ReasonCode::closed, "the client closed it"};
    }
    if (status.phase == WorkloadPhase::absent) {
        // A failed unit stays loaded, so it was none; PID 1 does not tell the two apart.
        return {ReasonCode::exit_code, "exited with code 0, or was stopped outside mcpctl"};
    }
    return status.reason;
}

}  // namespace

void Sessions::plan_end(StdioProcess& process, EndPlan plan) {
    if (!process.end) {
        process.end = std::move(plan);
    } else {
        process.end->terminate_at = std::min(process.end->terminate_at, plan.terminate_at);
        process.end->kill_at = std::min(process.end->kill_at, plan.kill_at);
    }
    process.changed.notify();
}

// The server has got its end of input from the kernel already. One that answers what it was asked before may take its
// time as long as somebody reads.
void Sessions::hung_up(std::uint64_t number) {
    const auto position = by_number_.find(number);
    if (position == by_number_.end()) {
        return;
    }
    StdioProcess& process = *position->second;
    const Instance* instance = registry_.instance(process.ref.instance);
    const Duration timeout = instance == nullptr ? Duration(time_to_die) : instance->config.profile.drain_timeout;
    const bool gone = hangup_of(process.server.get()) == Hangup::full;
    const Duration patience = gone ? std::min<Duration>(after_hangup, timeout / 2) : timeout - grace_of(timeout);
    const auto now = Clock::now();
    plan_end(process, {.cause = "the client closed it", .terminate_at = now + patience, .kill_at = now + timeout});
}

Task<void> Sessions::attend(ProcessPtr process) {
    while (true) {
        const auto seen = process->changed.count();
        const auto status = co_await runtime_.inspect(process->ref);
        if (status && has_ended(status->phase)) {
            co_await finish(process, *status);
            co_return;
        }
        if (status && status->phase == WorkloadPhase::running) {
            process->pid = status->pid;
            process->runtime_id = status->runtime_id;
        }
        if (process->end) {
            co_await carry_out(process);
        }
        const auto next = status ? next_look(*process) : Clock::now() + safety_look;
        co_await process->changed.wait_until(next, seen);
    }
}

Task<void> Sessions::carry_out(ProcessPtr process) {
    const auto now = Clock::now();
    if (now >= process->end->kill_at && !process->end->killed) {
        process->end->killed = (co_await runtime_.kill(process->ref)).has_value();
    } else if (now >= process->end->terminate_at && !process->end->terminated) {
        ::shutdown(process->server.get(), SHUT_RD);
        process->client.reset();
        process->end->terminated = (co_await runtime_.request_stop(process->ref)).has_value();
    }
}

Task<void> Sessions::finish(ProcessPtr process, WorkloadStatus status) {
    const Hangup client = hangup_of(process->server.get());
    // First of all: the client waits for the end of output, which our duplicate holds up.
    ::shutdown(process->server.get(), SHUT_RDWR);
    process->reason = reason_of_end(*process, status, client);
    (void)co_await runtime_.forget(process->ref);
    const bool wanted = process->reason.code == ReasonCode::closed;
    release(process);
    const InstanceId id = process->ref.instance;
    if (process->role == ProcessRole::session) {
        record_end(*process);
        refill(id);
    } else if (!wanted) {
        co_await lost(process->ref, process->reason);
    }
    show_standby(id);
}

// Nothing of it is left: neither in the keeper nor here.
void Sessions::release(const ProcessPtr& process) {
    hangups_.remove(process->server.get());
    keeper_.drop(server_descriptor_name(*process));
    if (process->role == ProcessRole::standby) {
        keeper_.drop(client_descriptor_name(*process));
    }
    process->client.reset();
    process->server.reset();
    process->ended = true;
    by_number_.erase(process->ref.process);
    if (const auto position = pools_.find(process->ref.instance); position != pools_.end()) {
        HowEnded& tally = position->second.how;
        const bool killed = process->end && process->end->killed;
        const bool terminated = process->end && process->end->terminated;
        ++(killed ? tally.killed : terminated ? tally.after_sigterm : tally.by_themselves);
        position->second.processes.erase(process->ref.process);
    }
    process->changed.notify();
    wake(process->ref.instance);
}

void Sessions::record_end(const StdioProcess& process) {
    const InstanceId& id = process.ref.instance;
    const SessionRecord record = record_of(process);
    const std::string instance = id.text();
    const std::string session = process_text(record.process);
    const std::array fields{log::Field{"MESSAGE_ID", message_id::session_ended},
                            log::Field{"MCPCTL_INSTANCE", instance}, log::Field{"MCPCTL_SESSION", session},
                            log::Field{"MCPCTL_REASON", record.reason.text}};
    log::write(log::Priority::info, std::format("session {} ended: {}", session, record.reason.text), fields);
    if (const auto position = pools_.find(id); position != pools_.end()) {
        auto& ended = position->second.ended;
        ended.push_back(record);
        if (ended.size() > ended_count) {
            ended.pop_front();
        }
    }
    registry_.session_ended(id, record);
}

void Sessions::retire(const InstanceId& id, std::uint64_t below, Duration timeout, const std::string& cause) {
    Pool& own = pools_[id];
    own.how = {};
    const auto now = Clock::now();
    for (const auto& [number, process] : own.processes) {
        if (process->ref.generation < below) {
            const bool standby = process->role == ProcessRole::standby;
            plan_end(*process, {.cause = cause,
                                .terminate_at = standby ? now : now + timeout - grace_of(timeout),
                                .kill_at = now + timeout});
        }
    }
}

bool Sessions::any_below(const InstanceId& id, std::uint64_t below) const {
    const Pool* own = pool(id);
    return own != nullptr &&
           std::ranges::any_of(own->processes, [&](const auto& entry) { return entry.second->ref.generation < below; });
}

Task<Result<std::string>> Sessions::retired(InstanceId id, std::uint64_t below, Duration timeout, Activity& activity,
                                            Progress progress) {
    const auto deadline = Clock::now() + timeout + time_to_die;
    const ScopedWaiter waiter(pools_[id].waiting, activity);
    if (const std::uint32_t open = open_sessions(id); open > 0) {
        progress(std::format("waiting for {} open sessions, SIGTERM follows after {}", open,
                             format_duration(timeout - grace_of(timeout))));
    }
    while (any_below(id, below)) {
        const auto seen = activity.changed.count();
        if (!co_await activity.changed.wait_until(deadline, seen) && any_below(id, below)) {
            co_return fail(ErrorCode::TimedOut, "a process survived SIGKILL", {},
                           "a process in uninterruptible sleep ends when its device or network file system answers");
        }
    }
    const HowEnded& tally = pools_[id].how;
    co_return std::format(
        "{} processes ended by themselves, {} after SIGTERM, {} were killed after the drain time of {}",
        tally.by_themselves, tally.after_sigterm, tally.killed, format_duration(timeout));
}

Task<void> Sessions::take_down(InstanceId id, std::uint64_t generation) {
    Activity activity;
    const ScopedWaiter waiter(pools_[id].waiting, activity);
    const auto deadline = Clock::now() + time_to_die;
    const auto left = [&] {
        return std::ranges::count_if(pools_[id].processes,
                                     [&](const auto& entry) { return entry.second->ref.generation == generation; });
    };
    for (const auto& [number, process] : pools_[id].processes) {
        if (process->ref.generation == generation) {
            plan_end(*process, {.cause = "its start failed", .terminate_at = Clock::now(), .kill_at = Clock::now()});
        }
    }
    while (left() > 0 && Clock::now() < deadline) {
        const auto seen = activity.changed.count();
        co_await activity.changed.wait_until(deadline, seen);
    }
}

Task<Result<void>> Sessions::forget(InstanceId id) {
    auto forgotten = co_await runtime_.forget_instance(id);
    // After a failed restart, sessions of the generation before it go on.
    if (forgotten && pools_[id].processes.empty()) {
        pools_[id].opening.notify();
        pools_.erase(id);
    }
    co_return forgotten;
}

void Sessions::notice(const WorkloadRef& process) {
    if (const auto position = by_number_.find(process.process); position != by_number_.end()) {
        position->second->changed.notify();
    }
}

Task<void> Sessions::verify_all() {
    const Processes all = by_number_;
    for (const auto& [number, process] : all) {
        const Instance* instance = registry_.instance(process->ref.instance);
        // A process of an older generation may have had another configuration; it is on its way out.
        if (instance == nullptr || !process->launched || process->ref.generation != instance->generation) {
            continue;
        }
        const auto verified = co_await runtime_.verify(*instance, number);
        if (!verified && verified.error().code == ErrorCode::NotManaged) {
            process->fault = {ReasonCode::unit_altered, verified.error().reason};
            plan_end(*process, {.cause = process->fault->text, .terminate_at = Clock::now(), .kill_at = Clock::now()});
        }
    }
}

void Sessions::look_again() {
    for (const auto& [number, process] : by_number_) {
        process->changed.notify();
    }
}

}  // namespace mcpctl
