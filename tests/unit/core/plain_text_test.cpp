#include "agent/core/plain_text.hpp"

#include <gtest/gtest.h>

#include <string>

namespace mcpctl {
namespace {

Result<void> check(std::string_view text, Backslash backslash = Backslash::refused) {
    return check_plain(text, "field", backslash, 100);
}

TEST(PlainText, AcceptsUtf8) {
    for (const char* text : {"", "plain", "grün", "日本語", "🙂", "a b\"c'd$e%f{port}"}) {
        EXPECT_TRUE(check(text)) << text;
    }
}

TEST(PlainText, RefusesEveryControlCharacterWithItsOffset) {
    for (int value = 0; value < 0xa0; ++value) {
        if (value >= 0x20 && value < 0x7f) {
            continue;
        }
        std::string text = "ab";
        if (value >= 0x80) {
            text += char(0xc2);
        }
        text += char(value);
        const auto checked = check(text);
        ASSERT_FALSE(checked) << value;
        EXPECT_EQ(checked.error().field, "field");
        EXPECT_NE(checked.error().reason.find("offset 2"), std::string::npos) << checked.error().reason;
    }
}

TEST(PlainText, RefusesWhatIsNotUtf8) {
    for (const char* text : {
             "\x80",              // continuation alone
             "\xc3",              // cut
             "\xc0\xaf",          // overlong '/'
             "\xe0\x80\xaf",      // overlong '/'
             "\xf0\x80\x80\xaf",  // overlong '/'
             "\xed\xa0\x80",      // surrogate
             "\xf4\x90\x80\x80",  // above U+10FFFF
             "\xf8\x88\x80\x80\x80",
             "\xff",
             "\xc3(",
         }) {
        EXPECT_FALSE(check(text));
    }
}

// F2: one trailing backslash swallows the next line of a unit file.
TEST(PlainText, AllowsBackslashesOnlyWhereAsked) {
    EXPECT_FALSE(check("x\\"));
    EXPECT_TRUE(check("x\\", Backslash::allowed));
    EXPECT_FALSE(check("x\n", Backslash::allowed));
}

TEST(PlainText, HasALimit) {
    EXPECT_TRUE(check(std::string(100, 'x')));
    const auto checked = check(std::string(101, 'x'));
    ASSERT_FALSE(checked);
    EXPECT_NE(checked.error().reason.find("101"), std::string::npos);
}

}  // namespace
}  // namespace mcpctl
