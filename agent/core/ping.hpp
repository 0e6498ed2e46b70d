// Asks a standby whether it is there: MCP's ping, which a server must answer before anything else was said, and which
// does not settle the process on a generation of the protocol, as initialize would. An error reply proves life as well.
#pragma once

#include <string>

#include "base/async.hpp"

namespace mcpctl {

enum class PingResult : std::uint8_t {
    answered,
    closed,     // the server ended its output
    timed_out,  // the late answer would reach the next reader: this descriptor must never be handed over
};

// Random, so that no client uses it, and no server asks under it.
[[nodiscard]] std::string ping_id();

// Writes one ping and reads until its answer: lines before it are dropped, and nothing
// behind it is taken. `socket` stays in blocking mode, which it shares with its later holder.
Task<PingResult> ping(int socket, std::string id, Clock::time_point deadline);

}  // namespace mcpctl
