#include "base/utf8.hpp"

#include <array>
#include <cstdint>

namespace mcpctl {
namespace {

std::size_t length_after(char32_t lead) {
    if (lead < 0x80) {
        return 1;
    }
    if (lead < 0xc2 || lead > 0xf4) {
        return 0;
    }
    return lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
}

}  // namespace

Character first_character(std::string_view text) {
    const auto byte = [&](std::size_t i) { return char32_t(std::uint8_t(text[i])); };
    const std::size_t length = length_after(byte(0));
    if (length == 0 || text.size() < length) {
        return {};
    }
    char32_t value = length == 1 ? byte(0) : byte(0) & (0x7fU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0) != 0x80) {
            return {};
        }
        value = (value << 6) | (byte(i) & 0x3f);
    }
    constexpr std::array<char32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = value >= 0xd800 && value <= 0xdfff;
    return value < smallest[length] || surrogate || value > 0x10ffff ? Character{} : Character{value, length};
}

bool is_noncharacter(char32_t value) {
    return (value >= 0xfdd0 && value <= 0xfdef) || (value & 0xfffe) == 0xfffe;
}

}  // namespace mcpctl
