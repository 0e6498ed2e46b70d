#include "ctl/output/visible_text.hpp"

#include <gtest/gtest.h>

#include <clocale>

namespace mcpctl::ctl {
namespace {

TEST(VisibleText, LeavesOrdinaryTextAlone) {
    EXPECT_EQ(visible_text("Grüße, 世界 · ok"), "Grüße, 世界 · ok");
}

// M07: nothing that an MCP server wrote may act on the reader's terminal.
TEST(VisibleText, ShowsControlCharacters) {
    EXPECT_EQ(visible_text("a\x1b[31mred\n\r\tb"), "a\\x1b[31mred\\n\\r\\tb");
    EXPECT_EQ(visible_text(std::string_view("a\0b\x7f", 4)), "a\\x00b\\x7f");
}

TEST(VisibleText, ShowsC1ControlsAndBidirectionalOverrides) {
    EXPECT_EQ(visible_text("\xc2\x9b"
                           "31m"),
              "\\u009b31m");
    EXPECT_EQ(visible_text("a\xe2\x80\xae"
                           "b\xe2\x81\xa6"),
              "a\\u202eb\\u2066");
}

TEST(VisibleText, ShowsBytesThatAreNotUtf8) {
    EXPECT_EQ(visible_text("\xff"
                           "a\xc3"),
              "\\xffa\\xc3");
    EXPECT_EQ(visible_text("\xc0\x9b\xed\xa0\x80"), "\\xc0\\x9b\\xed\\xa0\\x80") << "overlong forms, surrogates";
}

TEST(VisibleJson, KeepsTheValueOfStrings) {
    EXPECT_EQ(visible_json("{\n  \"a\": \"\xc2\x9b\x7f\xe2\x80\xae\"\n}"), "{\n  \"a\": \"\\u009b\\u007f\\u202e\"\n}");
}

TEST(CutToWidth, MarksWhatWasCut) {
    ASSERT_NE(std::setlocale(LC_CTYPE, "C.UTF-8"), nullptr);
    EXPECT_EQ(cut_to_width("everything", 10, true), "everything");
    EXPECT_EQ(cut_to_width("everything", 6, true), "every…");
    EXPECT_EQ(cut_to_width("everything", 6, false), "every~");
    EXPECT_EQ(cut_to_width("everything", 0, true), "");
}

TEST(CutToWidth, CountsWideCharactersAsTwoColumns) {
    ASSERT_NE(std::setlocale(LC_CTYPE, "C.UTF-8"), nullptr);
    EXPECT_EQ(display_width("世界"), 4U);
    EXPECT_EQ(cut_to_width("世界世界", 4, true), "世…");
}

}  // namespace
}  // namespace mcpctl::ctl
