// Errors as application/problem+json (RFC 9457), with the code, field, reason and hint that D-Bus has.
#pragma once

#include "base/error.hpp"
#include "http-bridge/message.hpp"

namespace mcpctl::http_bridge {

[[nodiscard]] unsigned status_of(ErrorCode code);
[[nodiscard]] Response problem(const Error& error);
// Where HTTP says it more exactly than the code does.
[[nodiscard]] Response problem(unsigned status, const Error& error);

}  // namespace mcpctl::http_bridge
