// How instances end.
#include <algorithm>

#include "tests/system/support/machine_test.hpp"

namespace mcpctl::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class Drain : public MachineTest {};

// M14
TEST_F(Drain, AServerThatIgnoresSigtermIsKilledAfterTheDrainTime) {
    define_test_server("stubborn", {"--ignore-sigterm"});
    const std::string unit = start("stubborn")["unit"];
    const auto begin = std::chrono::steady_clock::now();
    const Output stopped = mcpctl({"stop", "stubborn", "--yes", "--drain-timeout", "1"});
    const auto took = std::chrono::steady_clock::now() - begin;
    EXPECT_EQ(stopped.status, 0) << stopped.err;
    EXPECT_THAT(stopped.out, HasSubstr("killed after the drain time of 1s"));
    EXPECT_GE(took, 1s);
    EXPECT_LT(took, 3s);
    EXPECT_TRUE(wrote(unit, "ignoring SIGTERM"));
    EXPECT_EQ(leftovers(), "");
}

// M14
TEST_F(Drain, TheProfilesDrainTimeIsTheDefault) {
    define_test_server("stubborn", {"--ignore-sigterm"}, {{"drainTimeout", "300ms"}});
    start("stubborn");
    const Output stopped = mcpctl({"stop", "stubborn", "--yes"});
    EXPECT_THAT(stopped.out, HasSubstr("killed after the drain time of 300ms"));
}

// M14
TEST_F(Drain, AServerMayFinishWithinTheDrainTime) {
    define_test_server("slow", {"--drain-delay", "0.5"});
    const std::string unit = start("slow")["unit"];
    const Output stopped = mcpctl({"stop", "slow", "--yes"});
    EXPECT_EQ(stopped.status, 0) << stopped.err;
    EXPECT_THAT(stopped.out, HasSubstr("after SIGTERM"));
    EXPECT_TRUE(wrote(unit, "drain end"));
}

TEST_F(Drain, MoreThanTheProfileAllowsIsRefused) {
    define_test_server("echo", {}, {{"drainTimeout", 1}, {"maxDrainTimeout", 2}});
    start("echo");
    const Output stopped = mcpctl({"stop", "echo", "--yes", "--drain-timeout", "3"});
    EXPECT_EQ(stopped.status, 2);
    EXPECT_THAT(stopped.err, HasSubstr("maxDrainTimeout"));
    EXPECT_EQ(state_of("echo"), "running");
}

TEST_F(Drain, WhateverAServerForksEndsWithIt) {
    define_test_server("parent", {"--fork", "3"});
    define_test_server("escapist", {"--fork-escape"}, {{"drainTimeout", "500ms"}});
    start("parent");
    start("escapist");
    // Daemonised and deaf to SIGTERM, it is still in the slice.
    EXPECT_EQ(run({"pgrep", "--count", "mcp-test-child"}).out, "3\n");
    EXPECT_EQ(run({"pgrep", "--count", "mcp-test-escape"}).out, "1\n");
    stop("parent");
    stop("escapist");
    EXPECT_EQ(leftovers(), "");
}

TEST_F(Drain, ASecondStopIsToldThatTheFirstWorksOnIt) {
    define_test_server("slow", {"--drain-delay", "1"});
    start("slow");
    Process first = mcpctl_process({"stop", "slow", "--yes"});
    ASSERT_TRUE(eventually([] { return state_of("slow") == "draining"; }));
    const Output second = mcpctl({"stop", "slow", "--yes"});
    EXPECT_EQ(second.status, 1);
    EXPECT_THAT(second.err, HasSubstr("works on it"));
    EXPECT_EQ(first.wait().status, 0);
}

}  // namespace
}  // namespace mcpctl::test
