// What the facts mean, and what to do about it. Pure: the same facts give the same findings.
#pragma once

#include "ctl/doctor/facts.hpp"
#include "ctl/doctor/finding.hpp"

namespace mcpctl::ctl {

// At least one of each check, in the order in which things depend on each other.
[[nodiscard]] Findings judge(const Facts& facts);

// Parts of it, for what keeps its own books.
void judge_ways(const Facts& facts, Findings& findings);
void judge_units(const Facts& facts, Findings& findings);
void judge_resources(const Facts& facts, Findings& findings);

}  // namespace mcpctl::ctl
