// Names that the agent knows now, for shells to complete.
#pragma once

#include <string>
#include <vector>

#include "ctl/completion/completer.hpp"
#include "ctl/context.hpp"

namespace mcpctl::ctl {

// None where the agent does not answer, or does not tell this caller.
[[nodiscard]] std::vector<Candidate> live_names(Context& context, ValueKind kind,
                                                const std::vector<std::string>& operands);

}  // namespace mcpctl::ctl
