// What an answer that is no success means.
#pragma once

#include "base/error.hpp"
#include "ctl/far/exchange.hpp"

namespace mcpctl::ctl::far {

// The bridge's own error, as it stands in problem+json; else what a proxy, or whoever it was, meant by the status.
[[nodiscard]] Error refusal_of(const Answer& answer, const Address& address);

// Trying again later may help.
[[nodiscard]] bool may_pass(ErrorCode code);

}  // namespace mcpctl::ctl::far
