#include "agent/core/steps.hpp"

#include <algorithm>
#include <format>
#include <optional>

#include "agent/core/await_answer.hpp"

namespace mcpctl {
namespace {

// Nothing announces that a socket listens, so it is looked for: often at first, since a quick server is up in
// milliseconds, then less so.
constexpr auto first_look = std::chrono::milliseconds(3);
constexpr auto last_look = std::chrono::milliseconds(50);
// Events are hints and may be lost: look at least this often while waiting for an end.
constexpr auto safety_look = std::chrono::seconds(1);
constexpr auto time_to_die = std::chrono::seconds(10);

bool has_ended(WorkloadPhase phase) {
    return phase == WorkloadPhase::absent || phase == WorkloadPhase::exited || phase == WorkloadPhase::failed;
}

std::unexpected<StartFailure> port_taken(std::uint16_t port) {
    return start_failed(ErrorCode::StartFailed, ReasonCode::port_in_use,
                        std::format("port {} is held by another process", port),
                        std::format("see who: ss -ltnp 'sport = :{}'", port));
}

std::unexpected<StartFailure> too_slow(const Instance& instance) {
    const auto& timeout = instance.config.profile.start_timeout;
    return start_failed(ErrorCode::StartFailed, ReasonCode::start_timeout,
                        std::format("nothing accepted on port {} within {}", instance.port, format_duration(timeout)),
                        "does the server use the environment variable PORT, or {port} in its arguments, and listen on "
                        "127.0.0.1? A slow one needs a longer startTimeout");
}

// The end of the wait, if this look is one.
Task<std::optional<Started<WorkloadStatus>>> look_for_port(Runtime& runtime, const Instance& instance,
                                                           Activity& activity) {
    const WorkloadRef workload{instance.id, instance.generation};
    const auto status = co_await runtime.inspect(workload);
    if (auto over = why_over(status, activity.canceled)) {
        co_return std::unexpected(*std::move(over));
    }
    if (!status) {
        co_return std::nullopt;
    }
    const auto holder = co_await runtime.port_holder(workload, instance.port);
    if (holder && *holder == PortHolder::workload) {
        co_return *status;
    }
    if (holder && *holder == PortHolder::other) {
        co_return port_taken(instance.port);
    }
    co_return std::nullopt;
}

Task<Started<WorkloadStatus>> await_port(Runtime& runtime, Instance instance, Activity& activity,
                                         Clock::time_point deadline) {
    Clock::duration look = first_look;
    while (true) {
        const auto seen = activity.changed.count();
        if (auto end = co_await look_for_port(runtime, instance, activity)) {
            co_return *std::move(end);
        }
        if (Clock::now() >= deadline) {
            co_return too_slow(instance);
        }
        co_await activity.changed.wait_until(std::min(deadline, Clock::now() + look), seen);
        look = std::min<Clock::duration>(look * 3 / 2, last_look);
    }
}

}  // namespace

Task<Started<WorkloadStatus>> await_ready(Runtime& runtime, Probe& probe, Instance instance, Activity& activity) {
    const auto deadline = Clock::now() + instance.config.profile.start_timeout;
    const auto listens = co_await await_port(runtime, instance, activity, deadline);
    if (!listens) {
        co_return listens;
    }
    co_return co_await await_answer(runtime, probe, std::move(instance), activity, deadline);
}

Task<Started<WorkloadStatus>> bring_up(Runtime& runtime, Probe& probe, Instance instance, Activity& activity,
                                       Progress progress) {
    const WorkloadRef workload{instance.id, instance.generation};
    if (activity.canceled) {
        co_return start_failed(ErrorCode::Canceled, ReasonCode::none, "the start was cancelled");
    }
    const auto holder = co_await runtime.port_holder(workload, instance.port);
    if (!holder) {
        co_return start_failed(holder.error());
    }
    if (*holder == PortHolder::other) {
        co_return port_taken(instance.port);
    }
    if (const auto prepared = co_await runtime.prepare(instance, {progress, [&activity] { return activity.canceled; }});
        !prepared) {
        co_return launch_failed(prepared.error());
    }
    progress(instance.config.in_container() ? "starting the container" : "starting the unit");
    const auto launched = co_await runtime.launch(instance, {});
    if (!launched && launched.error().code != ErrorCode::AlreadyExists) {
        co_return launch_failed(launched.error());
    }
    if (const auto verified = co_await runtime.verify(instance, 0); !verified) {
        if (verified.error().code == ErrorCode::NotManaged) {
            co_return unit_altered(verified.error());
        }
        // It may be gone already, which the next look explains better.
    }
    progress(std::format("waiting for an answer on port {}", instance.port));
    co_return co_await await_ready(runtime, probe, std::move(instance), activity);
}

namespace {

// True when it ended before the deadline.
Task<Result<bool>> wait_for_end(Runtime& runtime, WorkloadRef workload, Clock::time_point deadline,
                                Activity& activity) {
    while (true) {
        const auto seen = activity.changed.count();
        const auto status = co_await runtime.inspect(workload);
        if (!status) {
            co_return std::unexpected(status.error());
        }
        if (has_ended(status->phase)) {
            co_return true;
        }
        if (Clock::now() >= deadline) {
            co_return false;
        }
        co_await activity.changed.wait_until(std::min<Clock::time_point>(deadline, Clock::now() + safety_look), seen);
    }
}

std::string seconds_since(Clock::time_point start) {
    const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start);
    return std::format("{:.1f} s", double(passed.count()) / 1000);
}

}  // namespace

Task<Result<std::string>> drain(Runtime& runtime, WorkloadRef workload, Duration timeout, Activity& activity,
                                Progress progress) {
    const auto begin = Clock::now();
    const auto before = co_await runtime.inspect(workload);
    if (!before) {
        co_return std::unexpected(before.error());
    }
    if (before->phase == WorkloadPhase::absent) {
        const auto clean = co_await runtime.forget(workload);
        co_return clean ? Result<std::string>("nothing was running") : std::unexpected(clean.error());
    }
    progress(std::format("SIGTERM sent, SIGKILL follows after {}", format_duration(timeout)));
    if (const auto asked = co_await runtime.request_stop(workload); !asked) {
        co_return std::unexpected(asked.error());
    }
    auto ended = co_await wait_for_end(runtime, workload, begin + timeout, activity);
    std::string how = std::format("ended {} after SIGTERM", seconds_since(begin));
    if (ended && !*ended) {
        progress(std::format("SIGKILL sent after {}", format_duration(timeout)));
        if (const auto killed = co_await runtime.kill(workload); !killed) {
            co_return std::unexpected(killed.error());
        }
        how = std::format("killed after the drain time of {}", format_duration(timeout));
        ended = co_await wait_for_end(runtime, workload, Clock::now() + time_to_die, activity);
    }
    if (!ended) {
        co_return std::unexpected(ended.error());
    }
    if (!*ended) {
        co_return fail(ErrorCode::TimedOut, "the server survived SIGKILL", {},
                       "a process in uninterruptible sleep ends when its device or network file system answers");
    }
    const auto clean = co_await runtime.forget(workload);
    co_return clean ? Result<std::string>(how) : std::unexpected(clean.error());
}

Task<Result<void>> take_down(Runtime& runtime, WorkloadRef workload) {
    // An absent workload cannot be killed, which is no fault here: forget() tells whether anything is left.
    (void)co_await runtime.kill(workload);
    co_return co_await runtime.forget(workload);
}

}  // namespace mcpctl
