#include "ctl/verbs/health_text.hpp"

#include <format>

#include "ctl/output/amounts.hpp"
#include "ctl/output/time_text.hpp"

namespace mcpctl::ctl {

std::string readiness_text(const std::string& readiness) {
    return readiness == "not-ready" ? "not ready" : readiness;
}

Colour colour_of_health(const std::string& readiness, bool alert) {
    if (alert || readiness == "not-ready") {
        return Colour::red;
    }
    return readiness == "ready" ? Colour::green : Colour::yellow;
}

std::string failures_text(const HealthInfo& health) {
    return health.consecutive_failures == 0
               ? ""
               : std::format("{} of {}: {}", health.consecutive_failures, health.failure_threshold, health.last_error);
}

std::string last_check_text(const HealthInfo& health, const Terminal& terminal) {
    if (health.last_checked == 0) {
        return {};
    }
    const std::string when = std::format("{} ago", elapsed(health.last_checked, now_microseconds()));
    if (health.consecutive_failures > 0) {
        return std::format("failed {}", when);
    }
    const std::string how_fast = health.latency ? " in " + short_time(*health.latency, terminal.unicode) : "";
    const std::string generation = health.generation == "unknown" ? "" : ", " + health.generation + " protocol";
    return std::format("answered{}, {}{}", how_fast, when, generation);
}

}  // namespace mcpctl::ctl
