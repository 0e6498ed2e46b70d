#include <algorithm>
#include <array>

#include "tests/corpus/awkward_strings.hpp"

namespace mcpctl::corpus {
namespace {

// RFC 3629, 4: the ranges of the second byte; later ones are 80..BF.
struct Lead {
    std::uint8_t first, last, length, second_first, second_last;
};
constexpr std::array leads{
    Lead{0x00, 0x7f, 1, 0, 0},       Lead{0xc2, 0xdf, 2, 0x80, 0xbf}, Lead{0xe0, 0xe0, 3, 0xa0, 0xbf},
    Lead{0xe1, 0xec, 3, 0x80, 0xbf}, Lead{0xed, 0xed, 3, 0x80, 0x9f}, Lead{0xee, 0xef, 3, 0x80, 0xbf},
    Lead{0xf0, 0xf0, 4, 0x90, 0xbf}, Lead{0xf1, 0xf3, 4, 0x80, 0xbf}, Lead{0xf4, 0xf4, 4, 0x80, 0x8f}};

// Length of the character in front, 0 where there is none.
std::size_t character_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return std::uint8_t(text[i]); };
    const auto lead =
        std::ranges::find_if(leads, [&](const Lead& l) { return byte(0) >= l.first && byte(0) <= l.last; });
    if (lead == leads.end() || text.size() < lead->length) {
        return 0;
    }
    for (std::size_t i = 1; i < lead->length; ++i) {
        const std::uint8_t least = i == 1 ? lead->second_first : std::uint8_t(0x80);
        const std::uint8_t most = i == 1 ? lead->second_last : std::uint8_t(0xbf);
        if (byte(i) < least || byte(i) > most) {
            return 0;
        }
    }
    return lead->length;
}

bool is_noncharacter(std::string_view character) {
    const bool arabic_block = character >= "\xef\xb7\x90" && character <= "\xef\xb7\xaf";
    const bool end_of_bmp = character == "\xef\xbf\xbe" || character == "\xef\xbf\xbf";
    const bool end_of_plane = character.size() == 4 && (std::uint8_t(character[1]) & 0x0f) == 0x0f &&
                              character[2] == '\xbf' && (character[3] == '\xbe' || character[3] == '\xbf');
    return arabic_block || end_of_bmp || end_of_plane;
}

}  // namespace

std::size_t first_offence(std::string_view text) {
    for (std::size_t offset = 0; offset < text.size();) {
        const std::size_t length = character_length(text.substr(offset));
        const std::string_view character = text.substr(offset, length);
        const bool control =
            (length == 1 && (character[0] < ' ' || character[0] == '\x7f')) || (length == 2 && character < "\xc2\xa0");
        if (length == 0 || control || is_noncharacter(character)) {
            return offset;
        }
        offset += length;
    }
    return std::string_view::npos;
}

}  // namespace mcpctl::corpus
