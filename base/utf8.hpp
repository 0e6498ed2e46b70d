// Characters of outside text.
#pragma once

#include <string_view>

namespace mcpctl {

struct Character {
    char32_t value = 0;
    std::size_t length = 0;  // in bytes; 0: not valid UTF-8
};

// The first character of `text`, which is not empty. RFC 3629: no overlong forms, no surrogates, nothing above
// U+10FFFF.
[[nodiscard]] Character first_character(std::string_view text);

// libsystemd lets none of these into a D-Bus string.
[[nodiscard]] bool is_noncharacter(char32_t value);

}  // namespace mcpctl
