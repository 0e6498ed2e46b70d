// The flag ALLOW_INTERACTIVE_AUTHORIZATION of a method call, which sdbus-c++ does not show (D-Bus specification,
// "Message Format"): the caller can wait until somebody has typed a password.
#pragma once

#include <sdbus-c++/Message.h>

namespace mcpctl::dbus {

void allow_interaction(sdbus::Message& call);
[[nodiscard]] bool allows_interaction(const sdbus::Message& call);

}  // namespace mcpctl::dbus
