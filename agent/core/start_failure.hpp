// Why a start failed, as the caller and the record are told.
#pragma once

#include <expected>
#include <optional>
#include <string>

#include "agent/core/runtime.hpp"

namespace mcpctl {

struct StartFailure {
    Error error;
    Reason reason;
    std::uint64_t process = 0;  // of a stdio server: the one that failed, for its last lines
};

template <class T>
using Started = std::expected<T, StartFailure>;

[[nodiscard]] std::unexpected<StartFailure> start_failed(ErrorCode code, ReasonCode reason, std::string text,
                                                         std::string hint = {});
// The runtime did not do what was asked of it.
[[nodiscard]] std::unexpected<StartFailure> start_failed(const Error& error);
// What Runtime::launch() says.
[[nodiscard]] std::unexpected<StartFailure> launch_failed(Error error);
// It ended before it was ready.
[[nodiscard]] std::unexpected<StartFailure> died_early(const Reason& reason);
// Why a start is over, as far as its workload's status or a cancellation tells; nothing while it may still succeed.
[[nodiscard]] std::optional<StartFailure> why_over(const Result<WorkloadStatus>& status, bool canceled);
// Somebody else has changed the unit.
[[nodiscard]] std::unexpected<StartFailure> unit_altered(const Error& error);

}  // namespace mcpctl
