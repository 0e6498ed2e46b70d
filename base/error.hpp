// Refusals are values. An Error says the same thing on every surface: a code from a closed set, the field it is about,
// the reason, and what to do next. Broken assumptions are exceptions and are caught at the boundary.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace mcpctl {

enum class ErrorCode : std::uint8_t {
    InvalidArgument,  // the request is malformed; `field` names where
    NotFound,         // no such server, profile, instance or job
    AlreadyExists,    // the name is taken
    InUse,            // something refers to it; the reason names who
    Busy,             // another job works on the same instance
    AccessDenied,     // the caller may not do this
    NotManaged,       // a workload exists under this name that is not ours
    NotSupported,     // valid, but not with this runtime or version
    LimitsExceeded,   // a limit is reached; the reason has the number
    NotReady,         // the instance does not run, or not yet; its state and reason tell why
    Unavailable,      // a runtime, the bus or the agent does not answer
    TimedOut,         // a deadline passed
    Canceled,         // somebody cancelled the job
    StartFailed,      // the workload ended or never became ready
    StorageFailed,    // the store cannot be written; nothing was changed
    Internal,         // a defect in mcpctl
};

struct Error {
    ErrorCode code = ErrorCode::Internal;
    std::string reason;
    std::string field = {};
    std::string hint = {};

    friend bool operator==(const Error&, const Error&) = default;
};

template <class T>
using Result = std::expected<T, Error>;

// `return fail(ErrorCode::NotFound, "no instance is named x");`
[[nodiscard]] inline std::unexpected<Error> fail(ErrorCode code, std::string reason, std::string field = {},
                                                 std::string hint = {}) {
    return std::unexpected(Error{code, std::move(reason), std::move(field), std::move(hint)});
}

// The name of the code as it stands in JSON and D-Bus error names, for example "InvalidArgument".
[[nodiscard]] std::string_view name_of(ErrorCode code);
// Unknown names give Internal: a newer agent may know codes that this program does not.
[[nodiscard]] ErrorCode error_code_named(std::string_view name);

}  // namespace mcpctl
