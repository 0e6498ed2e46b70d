// Times as they are printed. All take µs since 1970-01-01 UTC, as they travel on the bus; 0 means never.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace mcpctl::ctl {

// "2026-11-23T02:04:49.123456Z"
[[nodiscard]] std::string rfc3339(std::uint64_t microseconds);

// "Mon 2026-11-23 02:04:49 UTC", in the time zone of whoever reads it.
[[nodiscard]] std::string local_time(std::uint64_t microseconds);

// "Nov 23 02:04:49.123", in the time zone of whoever reads it.
[[nodiscard]] std::string local_stamp(std::uint64_t microseconds);

// The two largest units: "3d 4h", "2h 5min", "3min 20s", "7s". A clock that was set back gives "0s".
[[nodiscard]] std::string elapsed(std::uint64_t since_microseconds, std::uint64_t now_microseconds);

// How long something took: "0.4 s", "12.3 s", "2min 5s".
[[nodiscard]] std::string took(std::chrono::milliseconds duration);

[[nodiscard]] std::uint64_t now_microseconds();

}  // namespace mcpctl::ctl
