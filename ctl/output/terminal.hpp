// What the other end of stdout or stderr can show.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace mcpctl::ctl {

enum class Colour : std::uint8_t { none, bold, grey, green, yellow, red };

struct Terminal {
    bool interactive = false;  // a terminal that can move its cursor
    bool colour = false;
    bool unicode = false;
    std::size_t width = std::numeric_limits<std::size_t>::max();  // columns; unlimited where nobody looks

    // Honours NO_COLOR and TERM=dumb.
    static Terminal of(int fd);

    [[nodiscard]] std::string paint(std::string_view text, Colour wanted) const;
    // A word and what goes with it: green is good, yellow is under way, red wants attention.
    [[nodiscard]] static Colour colour_of_state(std::string_view state);
};

enum class Answer : std::uint8_t { yes, no, nobody_to_ask };

// Asks on the terminal, also when stdin is redirected; end of input means no.
[[nodiscard]] Answer confirm(std::string_view question);

}  // namespace mcpctl::ctl
