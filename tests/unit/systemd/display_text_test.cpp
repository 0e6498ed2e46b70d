#include "agent/systemd/display_text.hpp"

#include <gtest/gtest.h>

namespace mcpctl::systemd {
namespace {

constexpr std::size_t plenty = 1024;

TEST(DisplayText, LeavesPlainTextAlone) {
    EXPECT_EQ(display_text("Zażółć gęślą jaźń 😀 \\n %n $HOME", plenty), "Zażółć gęślą jaźń 😀 \\n %n $HOME");
}

TEST(DisplayText, RemovesWhatATerminalWouldObey) {
    const std::pair<std::string_view, std::string_view> rows[]{
        {"\x1b[31mred\x1b[0m", "red"},
        {"\x1b]0;title\x07text", "text"},
        {"\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"},
        {"\x1bP1;2q#0\x1b\\after", "after"},
        {"\x1b_apc\x1b\\a", "a"},
        {"\x1b(Bx", "x"},
        {"\x1b"
         "cx",
         "x"},
        {"\xc2\x9b"
         "31mred",
         "red"},
        {"\xc2\x9d"
         "0;title\xc2\x9ctext",
         "text"},
        {"a\rb\bc\x07"
         "d\x7f"
         "e",
         "abcde"},
        {"a\tb", "a b"},
        {"two\nlines", "twolines"},
        {"\xe2\x80\xaegnp.exe", "gnp.exe"},
        {"non\xef\xbf\xbf\xef\xb7\x90\xf0\x9f\xbf\xbe"
         "characters",
         "noncharacters"},
        {"bad\xff\xc0\xaf\xed\xa0\x80utf", "badutf"},
        {"cut\x1b[31", "cut"},
        {"cut\x1b]0;", "cut"},
        {"\x1b[31\nnext", "next"},
    };
    for (const auto& [raw, shown] : rows) {
        EXPECT_EQ(display_text(raw, plenty), shown);
    }
    EXPECT_EQ(display_text(std::string_view("a\0b", 3), plenty), "ab");
}

TEST(DisplayText, IsCutBetweenCharacters) {
    EXPECT_EQ(display_text("abcdef", 6), "abcdef");
    EXPECT_EQ(display_text("abcdefg", 6), "abcdef…");
    EXPECT_EQ(display_text("äöü", 5), "äö…");
}

}  // namespace
}  // namespace mcpctl::systemd
