// Amounts for people.
#pragma once

#include <cstdint>
#include <string>

namespace mcpctl::ctl {

// "512 B", "21.4 MiB"
[[nodiscard]] std::string size_text(std::uint64_t bytes);

// Short times: "850 µs", "2.1 ms", "1.3 s", then as elapsed() tells it. Without Unicode "850 us".
[[nodiscard]] std::string short_time(std::uint64_t microseconds, bool unicode);

}  // namespace mcpctl::ctl
