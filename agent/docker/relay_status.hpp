// What the relay of a container tells PID 1 as its unit's status: all that is known of the container, so that nobody
// need ask the engine, and kept by PID 1 when the relay and the container have ended. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agent/core/runtime.hpp"

namespace mcpctl::docker {

enum class RelayPhase : std::uint8_t {
    running,
    unreachable,  // the engine does not answer; the container was running when it last did
    ended,
};

struct RelayStatus {
    RelayPhase phase = RelayPhase::running;
    std::string container = {};  // its id; empty where it has not been found yet, and of ended
    std::string image = {};      // the id of its image
    int pid = 0;                 // of the container's first process, as this machine counts
    WallTime since = 0;          // of unreachable
    Reason reason = {};          // of ended
    friend bool operator==(const RelayStatus&, const RelayStatus&) = default;
};

// One line of printable UTF-8. What of the reason's text is not, is replaced.
[[nodiscard]] std::string relay_status_text(const RelayStatus& status);
// Nothing for what the function above does not make.
[[nodiscard]] std::optional<RelayStatus> parse_relay_status(std::string_view text);

// The status of a relay's unit, as the relay explains it: the container's id, first process and end. That of another
// unit stays as it is.
[[nodiscard]] WorkloadStatus explained(WorkloadStatus status);

// Exit status of a relay that has no container's to pass on.
constexpr int relay_failed = 125;

}  // namespace mcpctl::docker
