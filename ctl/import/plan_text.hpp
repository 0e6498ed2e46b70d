// A plan for people and for programs. Neither holds a value of a secret.
#pragma once

#include <string>

#include "ctl/import/plan.hpp"
#include "ctl/output/terminal.hpp"

namespace mcpctl::ctl {

// A table of the servers, and below it what will be different from the file.
[[nodiscard]] std::string plan_text(const Plan& plan, const Terminal& terminal);
[[nodiscard]] Json plan_json(const Plan& plan);
// "2 servers and 1 secret"
[[nodiscard]] std::string amount_text(const Plan& plan);

}  // namespace mcpctl::ctl
