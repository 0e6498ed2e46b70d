// Port to the one question that tells health: does the server answer MCP? One check of one server that speaks HTTP; a
// stdio server is asked through its standbys (Sessions::check).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "agent/core/definitions.hpp"
#include "base/async.hpp"

namespace mcpctl {

// Of the protocol: legacy up to revision 2025-11-25, modern from 2026-07-28.
enum class McpGeneration : std::uint8_t { unknown, legacy, modern };

struct ProbeTarget {
    std::string endpoint;  // on a loopback address
    Transport transport = Transport::streamable_http;
    McpGeneration generation = McpGeneration::unknown;  // what the last check found, to begin with
    Duration timeout = std::chrono::seconds(5);
};

struct ProbeResult {
    std::string error = {};  // why it is not ready, for people; empty: it answered
    McpGeneration generation = McpGeneration::unknown;
    std::chrono::microseconds latency{0};

    [[nodiscard]] bool ready() const { return error.empty(); }
};

class Probe {
  public:
    virtual ~Probe() = default;

    // Ends within the timeout, whatever the server does, and leaves no session open there. `error` never holds bytes
    // of the server that are not printable.
    virtual Task<ProbeResult> check(ProbeTarget target) = 0;
};

}  // namespace mcpctl
