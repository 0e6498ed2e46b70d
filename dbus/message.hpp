// What sd-bus knows of messages and sdbus-c++ does not show.
#pragma once

#include <sdbus-c++/Message.h>

namespace mcpctl::dbus {

// The flag ALLOW_INTERACTIVE_AUTHORIZATION of a method call (D-Bus specification, "Message Format"): the caller can
// wait until somebody has typed a password.
void allow_interaction(sdbus::Message& call);
[[nodiscard]] bool allows_interaction(const sdbus::Message& call);

// It holds a secret: its memory is erased when it is freed.
void mark_sensitive(const sdbus::Message& message);

}  // namespace mcpctl::dbus
