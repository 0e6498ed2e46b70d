#include "base/shown.hpp"

#include <gtest/gtest.h>

namespace mcpctl {
namespace {

TEST(ShownText, IsPrintableAscii) {
    EXPECT_EQ(shown("plain 'text'"), "plain 'text'");
    EXPECT_EQ(shown("a\nb\x1b[31m\x7f"), "a?b?[31m?");
    EXPECT_EQ(shown("gr\xc3\xbcn\xff"), "gr??n?");
}

// A cut between the two bytes of a character would make an error that D-Bus cannot carry.
TEST(ShownText, IsCutWithoutHalfCharacters) {
    std::string text(79, 'a');
    EXPECT_EQ(shown(text + "b"), text + "b");
    EXPECT_EQ(shown(text + "\xc3\xbc"), text + "?...");
}

}  // namespace
}  // namespace mcpctl
