// Starting a process of a stdio server, and waiting until it answers.
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <format>
#include <random>

#include "agent/core/descriptor_names.hpp"
#include "agent/core/ping.hpp"
#include "agent/core/sessions.hpp"

namespace mcpctl {
namespace {

// Process numbers are random, so nothing has to be stored for none to come twice.
std::uint64_t random_number() {
    std::random_device device;
    std::uint64_t number = 0;
    while (number == 0) {
        number = std::uint64_t(device()) << 32 | device();
    }
    return number;
}

std::unexpected<StartFailure> of_process(std::unexpected<StartFailure> failure, const StdioProcess& process) {
    failure.error().process = process.ref.process;
    return failure;
}

}  // namespace

Result<ProcessPtr> Sessions::make_process(const Instance& instance, ProcessRole role) {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        return fail(ErrorCode::LimitsExceeded, std::format("no socket can be made: {}", std::strerror(errno)));
    }
    auto process = std::make_shared<StdioProcess>();
    process->ref = {instance.id, instance.generation, random_number()};
    process->role = role;
    process->client.reset(ends[0]);
    process->server.reset(ends[1]);
    process->started_at = wall_time_now();
    enter(process);
    if (role == ProcessRole::standby) {
        keeper_.keep(client_descriptor_name(*process), process->client.get());
        keeper_.keep(server_descriptor_name(*process), process->server.get());
    }
    return process;
}

void Sessions::enter(const ProcessPtr& process) {
    pools_[process->ref.instance].processes.emplace(process->ref.process, process);
    by_number_.emplace(process->ref.process, process);
}

// A process that cannot be started leaves nothing.
Task<Started<ProcessPtr>> Sessions::launch(ProcessPtr process, Instance instance) {
    const auto launched = co_await runtime_.launch(instance, {process->ref.process, process->server.get()});
    if (!launched) {
        (void)co_await mcpctl::take_down(runtime_, process->ref);
        release(process);
        co_return of_process(launch_failed(launched.error()), *process);
    }
    // Other errors: it may be gone already, which attend() sees and explains better.
    const auto verified = co_await runtime_.verify(instance, process->ref.process);
    if (!verified && verified.error().code == ErrorCode::NotManaged) {
        (void)co_await mcpctl::take_down(runtime_, process->ref);
        release(process);
        co_return of_process(unit_altered(verified.error()), *process);
    }
    process->launched = true;
    process->pid = launched->pid;
    process->runtime_id = launched->runtime_id;
    process->image = launched->image;
    spawn_detached(executor_, "attending a process", attend(process));
    co_return process;
}

// A standby with an unanswered ping is never handed over, or its late answer would land in the client's stream.
Task<void> Sessions::make_ready(ProcessPtr process, Duration patience) {
    const auto result = co_await ping(process->client.get(), ping_id(), Clock::now() + patience);
    if (process->ended || process->end) {
        co_return;
    }
    if (result == PingResult::answered) {
        process->ready = true;
        standby_is_ready(process->ref.instance);
    } else if (result == PingResult::timed_out) {
        process->fault = {ReasonCode::start_timeout,
                          std::format("did not answer ping within {}", format_duration(patience))};
        plan_end(*process, {.cause = process->fault->text, .terminate_at = Clock::now(), .kill_at = Clock::now()});
    } else {
        // It is ending, most likely, and its exit code says more.
        process->fault = {ReasonCode::unknown, "ended its output without exiting"};
        plan_end(*process, {.cause = process->fault->text,
                            .terminate_at = Clock::now() + after_hangup,
                            .kill_at = Clock::now() + 2 * after_hangup});
    }
    wake(process->ref.instance);
}

Task<Started<ProcessPtr>> Sessions::first_standby(Instance instance, Activity& activity, Progress progress) {
    // One that a previous agent has started: this job was interrupted.
    for (const auto& [number, process] : pools_[instance.id].processes) {
        if (process->role == ProcessRole::standby && !process->end && process->ref.generation == instance.generation) {
            co_return process;
        }
    }
    if (const auto prepared =
            co_await runtime_.prepare(instance, {progress, [&activity] { return activity.canceled; }});
        !prepared) {
        co_return launch_failed(prepared.error());
    }
    progress("starting a standby");
    auto made = has_room(instance).and_then([&] { return make_process(instance, ProcessRole::standby); });
    if (!made) {
        co_return start_failed(made.error());
    }
    auto launched = co_await launch(*made, instance);
    if (launched) {
        spawn_detached(executor_, "waiting for a standby",
                       make_ready(*launched, instance.config.profile.start_timeout));
    }
    co_return launched;
}

Task<Started<WorkloadStatus>> Sessions::until_ready(ProcessPtr process, Activity& activity) {
    const ScopedWaiter waiter(pools_[process->ref.instance].waiting, activity);
    while (!process->ready) {
        const auto seen = activity.changed.count();
        if (activity.canceled) {
            co_return start_failed(ErrorCode::Canceled, ReasonCode::none, "the start was cancelled");
        }
        if (process->ended && process->fault && process->fault->code == ReasonCode::start_timeout) {
            co_return of_process(start_failed(ErrorCode::StartFailed, ReasonCode::start_timeout,
                                              std::format("the server {}", process->fault->text),
                                              "does it speak MCP on stdin and stdout? A slow one needs a longer "
                                              "startTimeout"),
                                 *process);
        }
        if (process->ended) {
            co_return of_process(died_early(process->reason), *process);
        }
        co_await activity.changed.wait_until(Clock::time_point::max(), seen);
    }
    WorkloadStatus status;
    status.phase = WorkloadPhase::running;
    status.runtime_id = process->runtime_id;
    status.image = process->image;
    status.pid = process->pid;
    status.since = process->started_at;
    co_return status;
}

Task<Started<WorkloadStatus>> Sessions::bring_up(Instance instance, Activity& activity, Progress progress) {
    Pool& own = pools_[instance.id];
    own.failures = 0;
    own.backing_off = false;
    if (activity.canceled) {
        co_return start_failed(ErrorCode::Canceled, ReasonCode::none, "the start was cancelled");
    }
    const auto first = co_await first_standby(instance, activity, progress);
    if (!first) {
        co_return std::unexpected(first.error());
    }
    progress("waiting for its answer to ping");
    auto ready = co_await until_ready(*first, activity);
    if (ready && instance.config.profile.standby == 0) {
        plan_end(**first,
                 {.cause = "was a trial", .terminate_at = Clock::now(), .kill_at = Clock::now() + after_hangup});
    }
    co_return ready;
}

}  // namespace mcpctl
