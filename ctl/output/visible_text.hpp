// Text from elsewhere, made safe to print: whatever could move the cursor, change colours or reorder what is read
// becomes visible instead.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mcpctl::ctl {

// Control characters (C0, DEL, C1), invalid UTF-8 and bidirectional overrides appear as \n, \x1b, \u202e and so on.
[[nodiscard]] std::string visible_text(std::string_view text);

// The same for text of several lines, which stay lines; tabs stay too.
[[nodiscard]] std::string visible_lines(std::string_view text);

// The same for JSON text, where such characters occur only inside strings: they become \uXXXX escapes, so that the
// value stays what it was.
[[nodiscard]] std::string visible_json(std::string_view json);

// Columns that valid UTF-8 text takes on a terminal; follows LC_CTYPE.
[[nodiscard]] std::size_t display_width(std::string_view text);

// At most `width` columns; what was cut is marked by an ellipsis.
[[nodiscard]] std::string cut_to_width(std::string_view text, std::size_t width, bool unicode);

}  // namespace mcpctl::ctl
