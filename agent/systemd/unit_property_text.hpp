// A unit's properties in the words of unit files, for people to read. PID 1 gets them typed, over D-Bus.
#pragma once

#include <string>

#include "agent/systemd/unit_property.hpp"

namespace mcpctl::systemd {

[[nodiscard]] std::string to_text(const UnitProperty& property);

}  // namespace mcpctl::systemd
