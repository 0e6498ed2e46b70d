// Unit properties on the bus.
#pragma once

#include <sdbus-c++/Types.h>

#include <map>
#include <string>
#include <vector>

#include "agent/systemd/unit_property.hpp"

namespace mcpctl::systemd {

using BusProperties = std::vector<sdbus::Struct<std::string, sdbus::Variant>>;

// The form in which StartTransientUnit takes them.
[[nodiscard]] BusProperties to_bus(const UnitProperties& properties);

// Compares what was asked for with the effective properties, read back from PID 1. The error is NotManaged, its field
// the first property that differs.
[[nodiscard]] Result<void> compare_effective(const UnitProperties& wanted,
                                             const std::map<std::string, sdbus::Variant>& effective);

}  // namespace mcpctl::systemd
