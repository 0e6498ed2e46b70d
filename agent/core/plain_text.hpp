// Every outside string is hostile until proven plain. PID 1 writes transient-unit properties to a file and reads it
// again at each daemon-reload: measured on systemd 257, a newline in any of 28 string properties becomes new unit-file
// lines, and one trailing backslash swallows the next line.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/error.hpp"

namespace mcpctl {

enum class Backslash : std::uint8_t { refused, allowed };

// Refuses invalid UTF-8, control characters (C0, DEL, C1), noncharacters and, unless allowed, backslashes, with `field`
// and the byte offset. Allowed means: for argv and environment values only, which PID 1 escapes itself.
[[nodiscard]] Result<void> check_plain(std::string_view text, std::string_view field, Backslash backslash,
                                       std::size_t max_bytes);

}  // namespace mcpctl
