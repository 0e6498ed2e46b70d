#include "ctl/log_follow.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "base/unique_fd.hpp"

namespace mcpctl::ctl {
namespace {

using ::testing::ElementsAre;

struct Pipe {
    Pipe() {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) == 0) {
            reader.reset(ends[0]);
            writer.reset(ends[1]);
        }
    }
    void write(std::string_view text) const { (void)!::write(writer.get(), text.data(), text.size()); }

    UniqueFd reader;
    UniqueFd writer;
};

class LinesOfAFollow : public ::testing::Test {
  protected:
    FollowEnd take() {
        return take_lines(
            pipe.reader.get(), interrupt.reader.get(), [this](std::string_view line) { lines.emplace_back(line); },
            [this] { return wanted; });
    }

    Pipe pipe;
    Pipe interrupt;
    std::vector<std::string> lines;
    bool wanted = true;
};

TEST_F(LinesOfAFollow, EndWithThePipe) {
    pipe.write("one\ntwo\ncut");
    pipe.writer.reset();
    EXPECT_EQ(take(), FollowEnd::ended);
    EXPECT_THAT(lines, ElementsAre("one", "two"));
}

TEST_F(LinesOfAFollow, AreTakenBeforeAnInterruptEndsIt) {
    pipe.write("one\ntwo\n");
    interrupt.write("!");
    EXPECT_EQ(take(), FollowEnd::interrupted);
    EXPECT_THAT(lines, ElementsAre("one", "two"));
}

TEST_F(LinesOfAFollow, EndWhenNobodyWantsThem) {
    pipe.write("one\n");
    wanted = false;
    EXPECT_EQ(take(), FollowEnd::refused);
}

}  // namespace
}  // namespace mcpctl::ctl
