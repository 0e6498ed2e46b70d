// What is known about the health of one instance, and how checks change it. Pure: time comes in with each observation.
//
// Liveness: its process runs. Readiness: it answers MCP. One answer makes it ready; failureThreshold failures in a row
// make it not ready. An alert is raised once, by as many failures or by unhealthyAfter, and is over only after as many
// answers in a row, so what flaps does not spam.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "agent/core/definitions.hpp"
#include "agent/core/instance.hpp"
#include "agent/core/probe.hpp"

namespace mcpctl {

enum class Readiness : std::uint8_t { unknown, ready, not_ready };
enum class Liveness : std::uint8_t { unknown, alive, dead };

struct HealthRecord {
    // What changes rarely, and is announced.
    Readiness readiness = Readiness::unknown;
    Liveness liveness = Liveness::unknown;
    bool alert = false;
    std::string reason;  // why it is not ready, or what the alert is about; empty when all is well
    WallTime last_transition = 0;

    // What changes with each check, and is fetched.
    std::uint64_t checks = 0;
    std::uint32_t consecutive_failures = 0;
    std::uint32_t consecutive_successes = 0;
    WallTime last_checked = 0;
    std::chrono::microseconds latency{0};   // of the last answer
    std::chrono::microseconds lateness{0};  // of the last check, behind its schedule
    std::string last_error;                 // of the last check that failed
    McpGeneration generation = McpGeneration::unknown;

    [[nodiscard]] bool announces_the_same_as(const HealthRecord& other) const {
        return readiness == other.readiness && liveness == other.liveness && alert == other.alert &&
               reason == other.reason;
    }
};

struct Moment {
    Clock::time_point steady;
    WallTime wall = 0;
};

// What an observation has changed.
struct HealthVerdict {
    bool changed = false;  // something that is announced
    bool raised = false;   // the alert
    bool cleared = false;
    bool restart_due = false;  // where the profile wants that
};

// One entry of an instance's history.
struct HealthChange {
    WallTime at = 0;
    Readiness readiness = Readiness::unknown;
    Liveness liveness = Liveness::unknown;
    bool alert = false;
    std::string reason;

    friend bool operator==(const HealthChange&, const HealthChange&) = default;
};

class Health {
  public:
    [[nodiscard]] const HealthRecord& record() const { return record_; }
    [[nodiscard]] bool is_failing() const { return record_.consecutive_failures > 0; }

    // A check was answered, or `error` says why not. Signs that come by themselves count as well: an exit, a session
    // that ended in an error.
    HealthVerdict observe(const ProbeResult& result, const HealthPolicy& policy, Moment now);
    // What its state says without a check. What is not running is not ready, and what died has failed.
    HealthVerdict observe(InstanceState state, const std::string& reason, const HealthPolicy& policy, Moment now);

    // Goes on where the agent before this one ended: an alert that it raised is not raised again, but cleared.
    void resume(const HealthChange& last, Moment now);

    void note_check(std::chrono::microseconds lateness) {
        ++record_.checks;
        record_.lateness = lateness;
    }

  private:
    void succeed(const HealthPolicy& policy, HealthVerdict& verdict);
    void fail(const std::string& error, const HealthPolicy& policy, Moment now, HealthVerdict& verdict);
    WallTime time_of_transition(Moment now);
    HealthVerdict finish(const HealthRecord& before, HealthVerdict verdict, Moment now);

    HealthRecord record_;
    std::optional<Clock::time_point> unwell_since_;
    std::optional<HealthChange> left_;  // by the agent before this one, until more is known
};

}  // namespace mcpctl
