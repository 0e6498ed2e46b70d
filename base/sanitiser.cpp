#include "base/sanitiser.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/utf8.hpp"

namespace mcpctl {
namespace {

constexpr std::string_view ellipsis = "…";
constexpr std::string_view replacement = "\ufffd";
constexpr char escape = '\x1b';

// What is copied as it stands: printable ASCII, without what JSON quotes.
constexpr auto plain_bytes = [] {
    std::array<bool, 256> table{};
    for (std::size_t byte = 0x20; byte < 0x7f; ++byte) {
        table[byte] = byte != '"' && byte != '\\';
    }
    return table;
}();

bool is_plain(char byte) {
    return plain_bytes[std::uint8_t(byte)];
}

bool in_range(char byte, char first, char last) {
    return byte >= first && byte <= last;
}

std::size_t skip(std::string_view text, std::size_t at, char first, char last) {
    while (at < text.size() && in_range(text[at], first, last)) {
        ++at;
    }
    return at;
}

// ECMA-48: how far the sequence reaches that begins with an escape character or its C1 form.
class EscapeSequences {
  public:
    explicit EscapeSequences(std::string_view text) : text_(text) {}

    // At an escape character.
    std::size_t end_after_escape(std::size_t at) {
        const std::size_t next = at + 1;
        if (next == text_.size()) {
            return next;
        }
        if (text_[next] == '[') {
            return end_of_control(next + 1);
        }
        if (opens_string(text_[next])) {
            return end_of_string(next + 1);
        }
        const std::size_t final = skip(text_, next, ' ', '/');
        return final < text_.size() && in_range(text_[final], '0', '~') ? final + 1 : final;
    }

    // At a C1 character, which takes two bytes; `letter` is what would follow an escape character.
    std::size_t end_after_c1(std::size_t at, char letter) {
        const std::size_t next = at + 2;
        return letter == '[' ? end_of_control(next) : opens_string(letter) ? end_of_string(next) : next;
    }

  private:
    static bool opens_string(char c) {
        return c == 'P' || c == 'X' || c == ']' || c == '^' || c == '_';  // DCS, SOS, OSC, PM, APC
    }

    [[nodiscard]] std::size_t end_of_control(std::size_t at) const {
        at = skip(text_, at, ' ', '?');
        return at < text_.size() && in_range(text_[at], '@', '~') ? at + 1 : at;
    }

    // A string without an end is none: otherwise two bytes could hide the rest of a line.
    std::size_t end_of_string(std::size_t at) {
        const std::size_t begin = at;
        for (; !endless_ && at < text_.size(); ++at) {
            const char c = text_[at];
            const std::string_view two = text_.substr(at, 2);
            if (c == '\a' || c == 0x18 || c == 0x1a) {
                return at + 1;
            }
            if (two == "\x1b\\" || two == "\xc2\x9c") {
                return at + 2;
            }
        }
        endless_ = true;  // and so would be every later one: looked for once only
        return begin;
    }

    std::string_view text_;
    bool endless_ = false;
};

bool is_hidden(char32_t c) {
    const bool control = c < 0x20 || (c >= 0x7f && c <= 0x9f);
    const bool bidirectional =
        c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
    // Tag characters are invisible to people and read by language models.
    const bool tag = c >= 0xe0000 && c <= 0xe007f;
    // No D-Bus string may hold a noncharacter, and what is shown has to travel.
    return control || bidirectional || tag || is_noncharacter(c) || c == 0x2028 || c == 0x2029 || c == 0xfeff;
}

// What becomes of the next bytes.
struct Piece {
    std::size_t end = 0;
    bool kept = false;
    std::string_view shown = {};
};

Piece control_piece(std::string_view raw, std::size_t at, EscapeSequences& sequences) {
    switch (raw[at]) {
        case escape:
            return {sequences.end_after_escape(at)};
        case '\t':
            return {at + 1, false, " "};
        case '\n':
            return {at + 1, false, "␊"};
        case '\r':
            return {at + 1, false, at + 1 == raw.size() ? "" : "␍"};
        default:
            return {at + 1};
    }
}

Piece invalid_piece(std::string_view raw, std::size_t at) {
    do {
        ++at;
    } while (at < raw.size() && first_character(raw.substr(at)).length == 0);
    return {at, false, replacement};
}

Piece piece_at(std::string_view raw, std::size_t at, EscapeSequences& sequences) {
    if (std::uint8_t(raw[at]) < 0x20) {
        return control_piece(raw, at, sequences);
    }
    const auto [value, length] = first_character(raw.substr(at));
    if (length == 0) {
        return invalid_piece(raw, at);
    }
    if (value >= 0x80 && value <= 0x9f) {
        return {sequences.end_after_c1(at, char(value - 0x40))};
    }
    return {at + length, !is_hidden(value)};
}

// Gives `sink` what is shown, in as few pieces as possible. `quoted`: also what JSON has to quote comes alone.
template <bool quoted, class Sink>
void filter(std::string_view raw, Sink sink) {
    EscapeSequences sequences(raw);
    std::size_t kept = 0;  // from here on nothing was given yet
    std::size_t at = 0;
    while (at < raw.size()) {
        if (is_plain(raw[at])) {
            ++at;
            continue;
        }
        Piece piece = piece_at(raw, at, sequences);
        if (quoted && (raw[at] == '"' || raw[at] == '\\')) {
            piece = {at + 1, false, raw[at] == '"' ? "\\\"" : "\\\\"};
        }
        if (!piece.kept) {
            sink(raw.substr(kept, at - kept));
            sink(piece.shown);
            kept = piece.end;
        }
        at = piece.end;
    }
    sink(raw.substr(kept));
}

// At most `room` bytes, whole characters.
std::string_view cut(std::string_view text, std::size_t room) {
    std::size_t length = std::min(room, text.size());
    while (length > 0 && length < text.size() && (std::uint8_t(text[length]) & 0xc0) == 0x80) {
        --length;
    }
    return text.substr(0, length);
}

}  // namespace

std::string sanitised(std::string_view raw, std::size_t max_bytes) {
    std::string text;
    bool full = false;
    filter<false>(raw, [&](std::string_view piece) {
        if (full) {
            return;
        }
        const std::string_view fitting = cut(piece, max_bytes - text.size());
        text.append(fitting);
        if (fitting.size() < piece.size()) {
            full = true;
            text.append(ellipsis);
        }
    });
    return text;
}

void append_as_json(std::string& out, std::string_view raw) {
    filter<true>(raw, [&out](std::string_view piece) { out.append(piece); });
}

}  // namespace mcpctl
