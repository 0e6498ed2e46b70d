// How a refusal looks on the bus: the code is the error's name, the message carries reason, field and hint.
#pragma once

#include <sdbus-c++/Error.h>

#include "base/error.hpp"

namespace mcpctl::dbus {

// "reason", then the lines "Field: …" and "Hint: …" where they are not empty.
[[nodiscard]] std::string message_of(const Error& error);
[[nodiscard]] Error error_from(std::string_view code, std::string_view message);

[[nodiscard]] sdbus::Error to_bus(const Error& error);
// Errors that are not ours (a missing service, a timeout, a broken connection) become Unavailable, TimedOut,
// AccessDenied or Internal, with the bus's own text.
[[nodiscard]] Error from_bus(const sdbus::Error& error);

}  // namespace mcpctl::dbus
