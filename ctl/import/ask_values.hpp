// Asks somebody at the terminal for the values that a plan lacks.
#pragma once

#include <vector>

#include "base/error.hpp"
#include "ctl/import/placeholders.hpp"

namespace mcpctl::ctl {

// Each once. Secrets are not shown as they are typed.
[[nodiscard]] Result<void> ask_values(const std::vector<Missing>& missing, Answers& answers);

// Why nothing is done without them, naming each.
[[nodiscard]] std::vector<Error> refusals_of(const std::vector<Missing>& missing);

}  // namespace mcpctl::ctl
