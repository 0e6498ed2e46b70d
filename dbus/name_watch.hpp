// When somebody leaves the bus.
#pragma once

#include <sdbus-c++/IConnection.h>

#include <functional>
#include <string>

namespace mcpctl::dbus {

// Calls `vanished` once the unique or well-known name has no owner any more, as long as the slot lives. The callback
// may destroy the slot.
[[nodiscard]] sdbus::Slot when_name_vanishes(sdbus::IConnection& connection, const std::string& name,
                                             std::function<void()> vanished);

}  // namespace mcpctl::dbus
