// TCP ports for instances that do not name one.
#pragma once

#include <cstdint>

#include "agent/core/registry.hpp"
#include "base/error.hpp"

namespace mcpctl {

struct PortRange {
    std::uint16_t first = 26270;
    std::uint16_t last = 27269;
};

// The lowest port of the range that no instance has and that nobody on this machine listens on. An instance keeps its
// port for life. LimitsExceeded when there is none.
[[nodiscard]] Result<std::uint16_t> choose_port(const Registry& registry, PortRange range);

}  // namespace mcpctl
