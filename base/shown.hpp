// Outside text that an error message repeats.
#pragma once

#include <string>
#include <string_view>

namespace mcpctl {

// Cut at 80 bytes, and only printable ASCII of it. A cut inside a character would leave a message that is not UTF-8,
// which no D-Bus string can hold: the caller would get no answer.
[[nodiscard]] std::string shown(std::string_view text);

}  // namespace mcpctl
