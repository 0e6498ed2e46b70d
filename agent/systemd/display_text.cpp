#include "agent/systemd/display_text.hpp"

#include <cstdint>

#include "base/utf8.hpp"

namespace mcpctl::systemd {
namespace {

constexpr std::string_view ellipsis = "…";

// ECMA-48: ESC with an intermediate or final byte, CSI up to its final byte, strings up to their terminator.
class EscapeFilter {
  public:
    // True when the character belongs to an escape sequence.
    bool consumes(char32_t c) {
        switch (state_) {
            case State::text:
                return begin(c);
            case State::escape:
                return after_escape(c);
            case State::csi:
                if ((c >= 0x40 && c <= 0x7e) || is_break(c)) {
                    state_ = State::text;
                }
                return !is_break(c);
            case State::string:
            case State::string_escape:
                return in_string(c);
        }
        return false;
    }

  private:
    enum class State : std::uint8_t { text, escape, csi, string, string_escape };

    static bool is_break(char32_t c) { return c == '\n' || c == 0x18 || c == 0x1a; }
    static bool opens_string(char32_t c) {
        return c == 'P' || c == 'X' || c == ']' || c == '^' || c == '_';  // DCS, SOS, OSC, PM, APC
    }

    bool begin(char32_t c) {
        if (c == 0x1b) {
            state_ = State::escape;
        } else if (c == 0x9b) {
            state_ = State::csi;
        } else if (c >= 0x80 && c <= 0x9f && opens_string(c - 0x40)) {
            state_ = State::string;
        } else {
            return false;
        }
        return true;
    }

    bool after_escape(char32_t c) {
        if (c == '[') {
            state_ = State::csi;
        } else if (opens_string(c)) {
            state_ = State::string;
        } else if (c < 0x20 || c > 0x2f) {  // intermediate bytes go on, anything else ends it
            state_ = c == 0x1b ? State::escape : State::text;
        }
        return c < 0x80;
    }

    bool in_string(char32_t c) {
        if (c == 0x07 || c == 0x9c || is_break(c) || (state_ == State::string_escape && c == '\\')) {
            state_ = State::text;
        } else {
            state_ = c == 0x1b ? State::string_escape : State::string;
        }
        return true;
    }

    State state_ = State::text;
};

bool is_hidden(char32_t c) {
    const bool control = c < 0x20 || (c >= 0x7f && c <= 0x9f);
    const bool bidirectional =
        c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
    // No D-Bus string may hold a noncharacter, and what is shown has to travel.
    return control || bidirectional || is_noncharacter(c) || c == 0x2028 || c == 0x2029 || c == 0xfeff;
}

}  // namespace

std::string display_text(std::string_view raw, std::size_t max_bytes) {
    std::string text;
    EscapeFilter escapes;
    while (!raw.empty()) {
        const auto [value, length] = first_character(raw);
        const std::string_view bytes = raw.substr(0, length == 0 ? 1 : length);
        raw.remove_prefix(bytes.size());
        if (length == 0 || escapes.consumes(value)) {
            continue;
        }
        const std::string_view shown = value == '\t' ? std::string_view(" ") : is_hidden(value) ? "" : bytes;
        if (text.size() + shown.size() > max_bytes) {
            return text.append(ellipsis);
        }
        text.append(shown);
    }
    return text;
}

}  // namespace mcpctl::systemd
