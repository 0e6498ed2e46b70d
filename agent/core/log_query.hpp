// What is asked of logs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "agent/core/ids.hpp"
#include "agent/core/instance.hpp"

namespace mcpctl {

// Numbers of syslog(3), names of MCP's own logging, which both follow RFC 5424. A smaller number is more severe.
enum class LogLevel : std::uint8_t { emergency, alert, critical, error, warning, notice, info, debug };

// Whose log it is. Server and profile are empty where nobody knows them: of an instance that is removed.
struct LogOwner {
    InstanceId instance;
    std::string profile;
    std::string server;
};

struct LogQuery {
    // The last so many lines, as seen from `until` or the end. Without it from the beginning.
    std::optional<std::uint64_t> tail = {};
    std::string cursor = {};           // only what comes behind this line; backward: what comes before it
    bool backward = false;             // the page that ends before the cursor, or at the end
    WallTime since = 0;                // not before; 0: the beginning
    WallTime until = 0;                // not after; 0: the end
    LogLevel level = LogLevel::debug;  // so severe or more
    std::string grep = {};             // only lines that contain this text
    std::size_t limit = 1000;          // lines in a page
};

constexpr std::size_t longest_page = 10'000;
constexpr std::size_t longest_grep = 1024;

// "15m ago" and the like as a point in time: RFC 3339 ("2026-11-23T02:04:49Z", an offset or a space for the T allowed),
// a duration back from `now` ("-15m", "-1h30m"), or seconds since 1970 ("@1795399489.5").
[[nodiscard]] Result<WallTime> parse_time(std::string_view text, WallTime now, std::string_view field);

}  // namespace mcpctl
