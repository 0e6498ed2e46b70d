// Why a launch failed, as a Reason that travels in an Error: StartFailed, its field the spelling of the reason's code.
#pragma once

#include "agent/core/enum_names.hpp"
#include "agent/core/instance.hpp"
#include "base/error.hpp"

namespace mcpctl {

[[nodiscard]] inline Error launch_failure(const Reason& reason, std::string hint = {}) {
    return {ErrorCode::StartFailed, reason.text, std::string(spelt(reason.code)), std::move(hint)};
}

[[nodiscard]] inline Reason reason_of_launch_failure(const Error& error) {
    return {parse_enum<ReasonCode>(error.field).value_or(ReasonCode::unknown), error.reason};
}

}  // namespace mcpctl
