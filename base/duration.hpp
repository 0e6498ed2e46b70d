// Durations as people write them: seconds as a number ("90", "0.5") or with units ("1m30s", "250ms", "2h").
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace mcpctl {

using Duration = std::chrono::milliseconds;

// Accepts 0 up to 365 days; `field` is put into the error.
[[nodiscard]] Result<Duration> parse_duration(std::string_view text, std::string_view field);
[[nodiscard]] Result<Duration> duration_from_seconds(double seconds, std::string_view field);

// The shortest exact form: "1m30s", "250ms", "0s".
[[nodiscard]] std::string format_duration(Duration duration);

}  // namespace mcpctl
