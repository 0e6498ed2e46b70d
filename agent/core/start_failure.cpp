#include "agent/core/start_failure.hpp"

#include <format>

#include "agent/core/launch_failure.hpp"

namespace mcpctl {

std::unexpected<StartFailure> start_failed(ErrorCode code, ReasonCode reason, std::string text, std::string hint) {
    return std::unexpected(StartFailure{{code, text, {}, std::move(hint)}, {reason, text}});
}

std::unexpected<StartFailure> start_failed(const Error& error) {
    const ReasonCode reason =
        error.code == ErrorCode::Unavailable ? ReasonCode::runtime_unavailable : ReasonCode::unknown;
    return std::unexpected(StartFailure{error, {reason, error.reason}});
}

// The runtime tells the cause in the error's field, which to people is a field only where the definition has it.
std::unexpected<StartFailure> launch_failed(Error error) {
    if (error.code != ErrorCode::StartFailed) {
        return start_failed(error);
    }
    const Reason reason = reason_of_launch_failure(error);
    error.field = reason.code == ReasonCode::missing_secret ? "secrets"
                  : reason.code == ReasonCode::missing_user ? "user"
                                                            : "";
    return std::unexpected(StartFailure{std::move(error), reason});
}

std::unexpected<StartFailure> died_early(const Reason& reason) {
    const std::string how = reason.text.empty() ? "ended" : reason.text;
    const ReasonCode code = reason.code == ReasonCode::none ? ReasonCode::unknown : reason.code;
    return std::unexpected(
        StartFailure{{ErrorCode::StartFailed, std::format("the server {} before it was ready", how)}, {code, how}});
}

std::optional<StartFailure> why_over(const Result<WorkloadStatus>& status, bool canceled) {
    if (canceled) {
        return start_failed(ErrorCode::Canceled, ReasonCode::none, "the start was cancelled").error();
    }
    if (!status) {
        // A runtime that starts many at once, as at boot, keeps single calls waiting for too long (measured: 11 s).
        const bool busy = status.error().code == ErrorCode::TimedOut || status.error().code == ErrorCode::Unavailable;
        return busy ? std::nullopt : std::optional(start_failed(status.error()).error());
    }
    const bool comes_up = status->phase == WorkloadPhase::starting || status->phase == WorkloadPhase::running;
    return comes_up ? std::nullopt : std::optional(died_early(status->reason).error());
}

std::unexpected<StartFailure> unit_altered(const Error& error) {
    return start_failed(ErrorCode::StartFailed, ReasonCode::unit_altered, error.reason,
                        "look for drop-ins: systemctl cat 'mcpctl-*.service'");
}

}  // namespace mcpctl
