// Health in words, for the verbs that show it.
#pragma once

#include <string>

#include "ctl/model.hpp"
#include "ctl/output/terminal.hpp"

namespace mcpctl::ctl {

// "ready", "not ready", "unknown"
[[nodiscard]] std::string readiness_text(const std::string& readiness);
[[nodiscard]] Colour colour_of_health(const std::string& readiness, bool alert);
// "1 of 3: the server did not answer …"; empty while nothing fails.
[[nodiscard]] std::string failures_text(const HealthInfo& health);
// "answered in 2.1 ms, 3s ago, modern protocol"; empty where no check was made.
[[nodiscard]] std::string last_check_text(const HealthInfo& health, const Terminal& terminal);

}  // namespace mcpctl::ctl
