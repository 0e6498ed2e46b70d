// A job is slow work on one instance, and its stored record is the intent: an open job in the store is work to be
// finished or rolled back after a crash.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/core/ids.hpp"
#include "agent/core/instance.hpp"
#include "base/error.hpp"

namespace mcpctl {

enum class JobKind : std::uint8_t { start, stop, restart };
enum class JobState : std::uint8_t { running, done, failed, canceled };

struct Job {
    JobId id = 0;
    JobKind kind = JobKind::start;
    InstanceId instance;
    JobState state = JobState::running;
    std::string progress;
    std::optional<Error> error;
    std::vector<std::string> last_lines;  // what the workload wrote last, when a start failed
    Duration drain_timeout{};             // stop and restart
    std::uint64_t old_generation = 0;     // stop and restart: the workload to end
    WallTime created_at = 0;
    WallTime finished_at = 0;

    [[nodiscard]] bool ended() const { return state != JobState::running; }

    friend bool operator==(const Job&, const Job&) = default;
};

}  // namespace mcpctl
