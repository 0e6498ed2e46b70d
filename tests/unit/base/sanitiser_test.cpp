// M07: nothing that a workload writes can act on whoever reads it.
#include "base/sanitiser.hpp"

#include <gtest/gtest.h>

#include <format>
#include <nlohmann/json.hpp>

namespace mcpctl {
namespace {

constexpr std::size_t plenty = 1024;

std::string as_json(std::string_view raw) {
    std::string text = "\"";
    append_as_json(text, raw);
    return text + '"';
}

TEST(Sanitiser, LeavesPlainTextAlone) {
    for (const std::string_view text :
         {"Zażółć gęślą jaźń 😀 \\n %n $HOME", "", "{\"a\": \"b\\\\c\"}", "👩‍💻"}) {
        EXPECT_EQ(sanitised(text, plenty), text);
        EXPECT_EQ(nlohmann::json::parse(as_json(text)), text);
    }
}

TEST(Sanitiser, RemovesWhatATerminalWouldObey) {
    const std::pair<std::string_view, std::string_view> rows[]{
        {"\x1b[31mred\x1b[0m", "red"},
        {"\x1b]0;title\x07text", "text"},
        {"\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"},
        {"\x1b]52;c;ZXZpbA==\x07text", "text"},
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
        {"a\bc\x07"
         "d\x7f"
         "e",
         "acde"},
        {"a\tb", "a b"},
        {"\xe2\x80\xaegnp.exe", "gnp.exe"},
        {"non\xef\xbf\xbf\xef\xb7\x90\xf0\x9f\xbf\xbe"
         "characters",
         "noncharacters"},
        {"cut\x1b[31", "cut"},
        {"cut\x1b", "cut"},
        {"\x1b\x1b[0m[31mx", "[31mx"},
        {"hidden\xf3\xa0\x81\xa1\xf3\xa0\x81\xa2 tags", "hidden tags"},
    };
    for (const auto& [raw, shown] : rows) {
        EXPECT_EQ(sanitised(raw, plenty), shown);
        EXPECT_EQ(as_json(raw), std::format("\"{}\"", shown));
    }
    EXPECT_EQ(sanitised(std::string_view("a\0b", 3), plenty), "ab");
}

TEST(Sanitiser, ShowsWhatPretendsToBeAnotherLine) {
    EXPECT_EQ(sanitised("two\nlines", plenty), "two␊lines");
    EXPECT_EQ(sanitised("100 %\rfake", plenty), "100 %␍fake");
    EXPECT_EQ(sanitised("from Windows\r", plenty), "from Windows");
    EXPECT_EQ(sanitised("\x1b[31\nnext", plenty), "␊next");
}

TEST(Sanitiser, MarksInvalidUtf8OncePerRun) {
    EXPECT_EQ(sanitised("bad\xff\xc0\xaf\xed\xa0\x80utf\x80", plenty), "bad\ufffdutf\ufffd");
    EXPECT_EQ(sanitised("cut \xf0\x9f\x98", plenty), "cut \ufffd");
}

TEST(Sanitiser, LetsNoUnterminatedSequenceHideTheRestOfALine) {
    EXPECT_EQ(sanitised("login \x1b]0;of root failed", plenty), "login 0;of root failed");
    EXPECT_EQ(sanitised("a\x1bPb\x1b_c\xc2\x9d"
                        "d",
                        plenty),
              "abcd");
}

TEST(Sanitiser, TakesTimeInProportionToTheLength) {
    std::string raw;
    for (int i = 0; i < 500'000; ++i) {
        raw += "\x1b]";
    }
    EXPECT_EQ(sanitised(raw, plenty), "");
}

TEST(Sanitiser, CutsBetweenCharacters) {
    EXPECT_EQ(sanitised("abcdef", 6), "abcdef");
    EXPECT_EQ(sanitised("abcdefg", 6), "abcdef…");
    EXPECT_EQ(sanitised("äöü", 5), "äö…");
}

TEST(Sanitiser, MakesValidJsonOfEveryByte) {
    std::string all;
    for (int byte = 0; byte < 256; ++byte) {
        all += char(byte);
    }
    const auto value = nlohmann::json::parse(as_json(all), nullptr, false);
    ASSERT_TRUE(value.is_string());
    EXPECT_EQ(value.get<std::string>(), sanitised(all, plenty));
}

}  // namespace
}  // namespace mcpctl
