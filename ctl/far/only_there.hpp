// What HTTP does not offer: the bridge lets in what a token may be for, and hands out no descriptors.
#pragma once

#include <cstdint>

#include "base/error.hpp"

namespace mcpctl::ctl::far {

enum class OnlyThere : std::uint8_t {
    definitions,
    doctor,
    effective_settings,
    failure_log,
    health_history,
    messages,
    sessions,
    audit,
    secrets,
    tokens,
    workloads,
};

// NotSupported: "… does not go over HTTP".
[[nodiscard]] std::unexpected<Error> only_there(OnlyThere what);

}  // namespace mcpctl::ctl::far
