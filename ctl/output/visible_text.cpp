#include "ctl/output/visible_text.hpp"

#include <wchar.h>

#include <algorithm>
#include <cstdint>
#include <format>

namespace mcpctl::ctl {
namespace {

struct Character {
    char32_t code = 0;
    std::size_t bytes = 1;
    bool valid = false;
};

std::size_t sequence_length(std::uint8_t lead) {
    if (lead < 0x80) {
        return 1;
    }
    if (lead >= 0xc2 && lead <= 0xdf) {
        return 2;
    }
    if (lead >= 0xe0 && lead <= 0xef) {
        return 3;
    }
    return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

// The first character of `text`, which is not empty. Overlong forms, surrogates and cut sequences are invalid.
Character decode(std::string_view text) {
    const auto lead = std::uint8_t(text[0]);
    const std::size_t length = sequence_length(lead);
    if (length == 0 || length > text.size()) {
        return {lead, 1, false};
    }
    char32_t code = length == 1 ? lead : lead & (0x7fU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        const auto byte = std::uint8_t(text[i]);
        if ((byte & 0xc0U) != 0x80U) {
            return {lead, 1, false};
        }
        code = (code << 6U) | (byte & 0x3fU);
    }
    constexpr std::uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const bool valid = code >= smallest[length] && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
    return valid ? Character{code, length, true} : Character{lead, 1, false};
}

bool deceives(char32_t code) {
    const bool control = code < 0x20 || (code >= 0x7f && code <= 0x9f);
    const bool line_break = code == 0x2028 || code == 0x2029;
    const bool bidirectional = (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) ||
                               code == 0x200e || code == 0x200f || code == 0x061c;
    return control || line_break || bidirectional;
}

std::string escape(const Character& character) {
    switch (character.code) {
        case '\n':
            return "\\n";
        case '\r':
            return "\\r";
        case '\t':
            return "\\t";
        default:
            break;
    }
    if (!character.valid || character.code < 0x80) {
        return std::format("\\x{:02x}", std::uint32_t(character.code));
    }
    return std::format("\\u{:04x}", std::uint32_t(character.code));
}

std::size_t width_of(const Character& character) {
    // Negative in a locale that does not know the character.
    return std::size_t(std::max(0, ::wcwidth(wchar_t(character.code)) < 0 ? 1 : ::wcwidth(wchar_t(character.code))));
}

}  // namespace

std::string visible_text(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
        const Character character = decode(text);
        if (character.valid && !deceives(character.code)) {
            result.append(text.substr(0, character.bytes));
        } else {
            result += escape(character);
        }
        text.remove_prefix(character.bytes);
    }
    return result;
}

std::string visible_json(std::string_view json) {
    std::string result;
    result.reserve(json.size());
    while (!json.empty()) {
        const Character character = decode(json);
        const bool layout = character.code == '\n';
        if (layout || (character.valid && !deceives(character.code))) {
            result.append(json.substr(0, character.bytes));
        } else {
            result += std::format("\\u{:04x}", character.valid ? std::uint32_t(character.code) : 0xfffdU);
        }
        json.remove_prefix(character.bytes);
    }
    return result;
}

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    while (!text.empty()) {
        const Character character = decode(text);
        width += width_of(character);
        text.remove_prefix(character.bytes);
    }
    return width;
}

std::string cut_to_width(std::string_view text, std::size_t width, bool unicode) {
    if (display_width(text) <= width) {
        return std::string(text);
    }
    const std::string_view ellipsis = unicode ? "…" : "~";
    if (width == 0) {
        return {};
    }
    std::string result;
    std::size_t used = 1;  // the ellipsis
    while (!text.empty()) {
        const Character character = decode(text);
        if (used + width_of(character) > width) {
            break;
        }
        used += width_of(character);
        result.append(text.substr(0, character.bytes));
        text.remove_prefix(character.bytes);
    }
    return result.append(ellipsis);
}

}  // namespace mcpctl::ctl
