// M06: what a container writes to one stream is not torn apart by the other.
#include "agent/relay/whole_lines.hpp"

#include <gtest/gtest.h>

namespace mcpctl::relay {
namespace {

TEST(WholeLines, PassOnWhatIsWhole) {
    WholeLines lines;
    EXPECT_EQ(lines.take(1, "one\ntwo\n"), "one\ntwo\n");
    EXPECT_EQ(lines.rest(), "");
}

TEST(WholeLines, HoldBackWhatWasBegunWhileTheOtherStreamWrites) {
    WholeLines lines;
    EXPECT_EQ(lines.take(1, "one\nli"), "one\n");
    EXPECT_EQ(lines.take(2, "error\nun"), "error\n");
    EXPECT_EQ(lines.take(1, "ne"), "");
    EXPECT_EQ(lines.take(1, " two\nthree\nfo"), "line two\nthree\n");
    EXPECT_EQ(lines.take(2, "finished\n"), "unfinished\n");
    EXPECT_EQ(lines.rest(), "fo");
}

TEST(WholeLines, EndWithWhatWasBegunOnBothStreams) {
    WholeLines lines;
    EXPECT_EQ(lines.take(1, "out"), "");
    EXPECT_EQ(lines.take(2, "err"), "");
    EXPECT_EQ(lines.rest(), "out\nerr");
    EXPECT_EQ(lines.rest(), "");
}

TEST(WholeLines, HoldNoMoreThanALineMayHave) {
    WholeLines lines;
    const std::string half(WholeLines::longest / 2, 'x');
    EXPECT_EQ(lines.take(1, half), "");
    EXPECT_EQ(lines.take(1, half), half + half);
    EXPECT_EQ(lines.rest(), "");
}

}  // namespace
}  // namespace mcpctl::relay
