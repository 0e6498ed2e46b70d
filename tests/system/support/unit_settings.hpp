// What PID 1 holds of a unit, made comparable: over reloads, restarts and time.
#pragma once

#include <string>
#include <vector>

namespace mcpctl::test {

// All properties but those that count, measure or date.
std::vector<std::string> unit_settings(const std::string& unit);
// What one has and the other has not, in short.
std::vector<std::string> changed_settings(std::vector<std::string> before, std::vector<std::string> after);

}  // namespace mcpctl::test
