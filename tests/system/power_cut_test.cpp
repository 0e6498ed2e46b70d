// The short form of ./dev bench power: acknowledged changes survive power cuts, and the same harness finds that some do
// not where SQLite's synchronous is NORMAL (F12).
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/system/support/process.hpp"

namespace mcpctl::test {
namespace {

TEST(PowerCut, LosesNothingThatWasAcknowledged) {
    const auto self = std::filesystem::read_symlink("/proc/self/exe");
    const Output cuts = Process({self.parent_path() / "../bench/mcpctl-long-power", "50"}).wait(300s);
    EXPECT_EQ(cuts.status, 0) << cuts.out << cuts.err;
    RecordProperty("cuts", cuts.out);
}

}  // namespace
}  // namespace mcpctl::test
