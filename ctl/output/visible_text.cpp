#include "ctl/output/visible_text.hpp"

#include <algorithm>
#include <cstdint>
#include <cwchar>
#include <format>

#include "base/utf8.hpp"

namespace mcpctl::ctl {
namespace {

// A character, or a byte that belongs to none.
struct Piece {
    char32_t code = 0;
    std::size_t bytes = 1;
    bool valid = false;
};

// The first character of `text`, which is not empty.
Piece first_piece(std::string_view text) {
    const auto [code, bytes] = first_character(text);
    return bytes == 0 ? Piece{std::uint8_t(text[0]), 1, false} : Piece{code, bytes, true};
}

bool deceives(char32_t code) {
    const bool control = code < 0x20 || (code >= 0x7f && code <= 0x9f);
    const bool line_break = code == 0x2028 || code == 0x2029;
    const bool bidirectional = (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) ||
                               code == 0x200e || code == 0x200f || code == 0x061c;
    return control || line_break || bidirectional;
}

std::string escape(const Piece& character) {
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

std::string visible_except(std::string_view layout, std::string_view text) {
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
        const Piece character = first_piece(text);
        if ((character.valid && !deceives(character.code)) || layout.contains(text.front())) {
            result.append(text.substr(0, character.bytes));
        } else {
            result += escape(character);
        }
        text.remove_prefix(character.bytes);
    }
    return result;
}

std::size_t width_of(const Piece& character) {
    // Negative in a locale that does not know the character.
    return std::size_t(std::max(0, ::wcwidth(wchar_t(character.code)) < 0 ? 1 : ::wcwidth(wchar_t(character.code))));
}

}  // namespace

std::string visible_text(std::string_view text) {
    return visible_except("", text);
}

std::string visible_lines(std::string_view text) {
    return visible_except("\n\t", text);
}

std::string visible_json(std::string_view json) {
    std::string result;
    result.reserve(json.size());
    while (!json.empty()) {
        const Piece character = first_piece(json);
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
        const Piece character = first_piece(text);
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
        const Piece character = first_piece(text);
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
