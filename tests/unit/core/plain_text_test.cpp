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

// libsystemd lets them into no D-Bus string (measured on 257), so PID 1 would never get the unit.
TEST(PlainText, RefusesNoncharactersWithTheirOffset) {
    for (const char* text : {"ab\xef\xb7\x90", "ab\xef\xb7\xaf", "ab\xef\xbf\xbe", "ab\xef\xbf\xbf",
                             "ab\xf0\x9f\xbf\xbe", "ab\xf4\x8f\xbf\xbf"}) {
        const auto checked = check(text, Backslash::allowed);
        ASSERT_FALSE(checked) << text;
        EXPECT_TRUE(checked.error().reason.contains("at offset 2 ")) << checked.error().reason;
    }
    for (const char* text : {"\xef\xb7\x8f", "\xef\xb7\xb0", "\xef\xbf\xbd", "\xf0\x9f\xbf\xbd"}) {
        EXPECT_TRUE(check(text)) << text;
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
