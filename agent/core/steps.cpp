#include "agent/core/steps.hpp"

#include <algorithm>
#include <format>

#include "agent/core/launch_failure.hpp"

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

std::unexpected<StartFailure> start_failed(ErrorCode code, ReasonCode reason, std::string text, std::string hint = {}) {
    return std::unexpected(StartFailure{{code, text, {}, std::move(hint)}, {reason, text}});
}

std::unexpected<StartFailure> start_failed(const Error& error) {
    const ReasonCode reason =
        error.code == ErrorCode::Unavailable ? ReasonCode::runtime_unavailable : ReasonCode::unknown;
    return std::unexpected(StartFailure{error, {reason, error.reason}});
}

// The runtime tells the cause in the error's field, which to people is no field.
std::unexpected<StartFailure> launch_failed(Error error) {
    if (error.code != ErrorCode::StartFailed) {
        return start_failed(error);
    }
    const Reason reason = reason_of_launch_failure(error);
    error.field.clear();
    return std::unexpected(StartFailure{std::move(error), reason});
}

std::unexpected<StartFailure> died_early(const WorkloadStatus& status) {
    const std::string how = status.reason.text.empty() ? "ended" : status.reason.text;
    const ReasonCode code = status.reason.code == ReasonCode::none ? ReasonCode::unknown : status.reason.code;
    return std::unexpected(
        StartFailure{{ErrorCode::StartFailed, std::format("the server {} before it was ready", how)}, {code, how}});
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

}  // namespace

Task<Started<WorkloadStatus>> await_ready(Runtime& runtime, Instance instance, Activity& activity) {
    const WorkloadRef workload{instance.id, instance.generation};
    const auto deadline = Clock::now() + instance.config.profile.start_timeout;
    Clock::duration look = first_look;
    while (true) {
        const auto seen = activity.changed.count();
        const auto status = co_await runtime.inspect(workload);
        if (!status) {
            co_return start_failed(status.error());
        }
        if (activity.canceled) {
            co_return start_failed(ErrorCode::Canceled, ReasonCode::none, "the start was cancelled");
        }
        if (has_ended(status->phase) || status->phase == WorkloadPhase::restarting ||
            status->phase == WorkloadPhase::stopping) {
            co_return died_early(*status);
        }
        const auto holder = co_await runtime.port_holder(workload, instance.port);
        if (holder && *holder == PortHolder::workload) {
            co_return *status;
        }
        if (holder && *holder == PortHolder::other) {
            co_return port_taken(instance.port);
        }
        if (Clock::now() >= deadline) {
            co_return too_slow(instance);
        }
        co_await activity.changed.wait_until(std::min(deadline, Clock::now() + look), seen);
        look = std::min<Clock::duration>(look * 3 / 2, last_look);
    }
}

Task<Started<WorkloadStatus>> bring_up(Runtime& runtime, Instance instance, Activity& activity, Progress progress) {
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
    progress("starting the unit");
    const auto launched = co_await runtime.launch(instance);
    if (!launched && launched.error().code != ErrorCode::AlreadyExists) {
        co_return launch_failed(launched.error());
    }
    if (const auto verified = co_await runtime.verify(instance); !verified) {
        if (verified.error().code == ErrorCode::NotManaged) {
            co_return start_failed(ErrorCode::StartFailed, ReasonCode::unit_altered, verified.error().reason,
                                   "look for drop-ins: systemctl cat 'mcpctl-*.service'");
        }
        // It may be gone already, which the next look explains better.
    }
    progress(std::format("waiting for port {}", instance.port));
    co_return co_await await_ready(runtime, std::move(instance), activity);
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
