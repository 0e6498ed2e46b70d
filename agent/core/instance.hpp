// The record of one instance.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/core/definitions.hpp"
#include "agent/core/ids.hpp"

namespace mcpctl {

enum class InstanceState : std::uint8_t { starting, running, draining, restarting, backoff, failed };
enum class Desired : std::uint8_t { running, stopped };

enum class ReasonCode : std::uint8_t {
    none,
    exit_code,
    signal,
    out_of_memory,
    start_timeout,
    start_limit,          // restarted too often; given up
    missing_executable,   // the command does not exist or cannot be executed
    port_in_use,          // somebody else listens on the instance's port
    unit_altered,         // the unit's effective properties are not what was asked for
    vanished,             // stopped or removed outside mcpctl
    closed,               // a session: its client closed it, or somebody asked for its end
    unresponsive,         // a standby: did not answer a check, so that nobody may have it any more
    unknown,              // ended while nobody watched and no record of it exists
    runtime_unavailable,  // the runtime does not answer
    missing_image,        // the engine has no such image, and may not or cannot fetch it
    engine_refused,       // the engine would not make or start the container
    missing_secret,       // a secret that the definition names is not set
    missing_user,         // there is no such user, or none that a server may run as
};

struct Reason {
    ReasonCode code = ReasonCode::none;
    std::string text;  // for people: "exited with code 3"

    friend bool operator==(const Reason&, const Reason&) = default;
};

// Microseconds since 1970-01-01 UTC, 0 for never.
using WallTime = std::uint64_t;
[[nodiscard]] WallTime wall_time_now();

struct Instance {
    InstanceId id;
    std::string name;
    InstanceConfig config;
    Desired desired = Desired::running;
    InstanceState state = InstanceState::starting;
    std::uint64_t generation = 1;
    std::uint64_t process = 0;  // of a stdio server: its oldest standby's, 0 while there is none; not stored
    // Invocation id of the present workload, or the id of its container; empty while there is none.
    std::string runtime_id;
    std::string image_id;  // of the present container: sha256:…
    std::uint16_t port = 0;
    Reason reason;
    std::vector<std::string> failure_log;  // last lines before the latest failure
    std::uint32_t restarts = 0;
    WallTime created_at = 0;
    WallTime started_at = 0;
    WallTime unreachable_since = 0;  // since when its engine does not answer, 0: it does; not stored

    // Empty for stdio.
    [[nodiscard]] std::string endpoint() const;

    friend bool operator==(const Instance&, const Instance&) = default;
};

}  // namespace mcpctl
