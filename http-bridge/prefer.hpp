// The header Prefer (RFC 7240), as far as it concerns waiting for a job.
#pragma once

#include <chrono>
#include <string_view>

#include "base/error.hpp"

namespace mcpctl::http_bridge {

constexpr std::chrono::seconds default_wait{60};
constexpr std::chrono::seconds longest_wait{300};

struct Prefer {
    bool respond_async = false;                // 202 and a job at once
    std::chrono::seconds wait = default_wait;  // 202 and a job after this long
};

// Preferences that nobody here knows are ignored, as the RFC wants it; a wait that is no number of seconds up to
// longest_wait is InvalidArgument.
[[nodiscard]] Result<Prefer> parse_prefer(std::string_view header);

}  // namespace mcpctl::http_bridge
