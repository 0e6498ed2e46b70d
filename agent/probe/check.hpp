// What both transports of HTTP share in a check: what it may cost, and how its failures are told.
#pragma once

#include <string>
#include <string_view>

#include "agent/core/probe.hpp"
#include "base/async.hpp"
#include "base/error.hpp"
#include "http/client.hpp"
#include "mcp/handshake.hpp"

namespace mcpctl {

// Of everything that a server sends in one check: its answers are short.
constexpr std::size_t most_check_bytes = 64UL * 1024;

// What is left of a check.
struct Allowance {
    Clock::time_point deadline;
    std::size_t bytes = most_check_bytes;

    [[nodiscard]] Clock::duration time() const { return deadline - Clock::now(); }
    // LimitsExceeded when more was received than was left.
    [[nodiscard]] Result<void> spend(std::size_t received);
};

// An HTTP status where a message should have come. A server that wants to know who asks has proved that it is there:
// AccessDenied stands for that.
[[nodiscard]] Error refusal(const http::Headers& headers, int status, std::string_view method);

// The error of a check as people read it: what was asked, and what came of it.
[[nodiscard]] std::string told(const Error& error, std::string_view method, Duration timeout);

}  // namespace mcpctl
