// Which scope of a token gives which right, as docs/authority.md says.
#pragma once

#include <optional>

#include "agent/core/access.hpp"

namespace mcpctl::test {

// Nothing where no token gives it.
inline std::optional<Scope> scope_for(Right right) {
    switch (right) {
        case Right::view:
            return Scope::view;
        case Right::read_logs:
            return Scope::logs;
        case Right::open_sessions:
            return Scope::connect;
        case Right::manage_instances:
            return Scope::control;
        case Right::manage_definitions:
            return Scope::define;
        default:
            return std::nullopt;
    }
}

}  // namespace mcpctl::test
