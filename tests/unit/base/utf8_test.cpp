#include "base/utf8.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/corpus/awkward_strings.hpp"

namespace mcpctl {
namespace {

TEST(Utf8, DecodesTheFirstCharacter) {
    const std::pair<std::string_view, Character> rows[]{{"ab", {'a', 1}},
                                                        {std::string_view("\0", 1), {0, 1}},
                                                        {"\xc2\x80", {0x80, 2}},
                                                        {"\xdf\xbfx", {0x7ff, 2}},
                                                        {"\xe0\xa0\x80", {0x800, 3}},
                                                        {"\xef\xbf\xbf", {0xffff, 3}},
                                                        {"\xed\x9f\xbf", {0xd7ff, 3}},
                                                        {"\xf0\x90\x80\x80", {0x10000, 4}},
                                                        {"\xf4\x8f\xbf\xbf", {0x10ffff, 4}}};
    for (const auto& [text, expected] : rows) {
        EXPECT_EQ(first_character(text).value, expected.value);
        EXPECT_EQ(first_character(text).length, expected.length);
    }
}

// Against the corpus' own decoder, which is made from the ranges of RFC 3629: every lead byte with every second byte.
// A lead above F4 was once taken for that of a character.
TEST(Utf8, AgreesWithTheRangesOfTheStandard) {
    for (unsigned first = 0; first < 256; ++first) {
        for (unsigned second = 0; second < 256; ++second) {
            for (const char* tail :
                 {"", "\x80", "\xbf", "\x80\x80", "\xbf\xbe", "\xbf\xbd", "\x8f\xbf", "\xa6\xaf", "a"}) {
                const std::string text = std::string{char(first), char(second)} + tail;
                const Character character = first_character(text);
                const bool plain = corpus::first_offence(text) != 0;
                const bool forbidden = character.value < 0x20 || (character.value >= 0x7f && character.value <= 0x9f) ||
                                       is_noncharacter(character.value);
                EXPECT_EQ(character.length > 0 && !forbidden, plain) << first << ' ' << second;
            }
        }
    }
}

TEST(Utf8, KnowsNoncharacters) {
    for (const char32_t value : {0xfdd0, 0xfdef, 0xfffe, 0xffff, 0x1fffe, 0x10ffff}) {
        EXPECT_TRUE(is_noncharacter(value)) << std::uint32_t(value);
    }
    for (const char32_t value : {0, 0xfdcf, 0xfdf0, 0xfffd, 0x10000, 0x10fffd}) {
        EXPECT_FALSE(is_noncharacter(value)) << std::uint32_t(value);
    }
}

}  // namespace
}  // namespace mcpctl
