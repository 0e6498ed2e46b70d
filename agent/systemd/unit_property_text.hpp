// Values of a unit's properties in the words of unit files, for people to read. PID 1 gets them typed, over D-Bus.
#pragma once

#include <string>
#include <vector>

#include "agent/core/runtime.hpp"
#include "agent/systemd/unit_property.hpp"

namespace mcpctl::systemd {

[[nodiscard]] std::string to_text(const UnitProperty& property);
// Without what is of one instance alone, such as names, and without its command. Each variable is a setting.
[[nodiscard]] std::vector<EnforcedSetting> settings_of(const UnitProperties& properties);

}  // namespace mcpctl::systemd
