// What a workload may not do. The exposure score of these together is checked by a system test.
#pragma once

#include <cstdint>

#include "agent/core/definitions.hpp"
#include "agent/systemd/unit_property.hpp"

namespace mcpctl::systemd {

void add_sandbox(UnitProperties& properties, const Sandbox& sandbox, std::uint16_t port);

}  // namespace mcpctl::systemd
