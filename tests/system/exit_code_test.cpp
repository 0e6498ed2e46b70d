// The exit codes that scripts rely on (M15).
#include <csignal>

#include "tests/system/support/machine_test.hpp"

namespace mcpctl::test {
namespace {

using ::testing::HasSubstr;

class ExitCode : public MachineTest {};

TEST_F(ExitCode, IsZeroWhenDoneAndSevenWhenNotReady) {
    define_test_server("echo", {}, {{"restart", {{"policy", "no"}}}});
    start("echo");
    EXPECT_EQ(mcpctl({"status", "echo"}).status, 0);
    ASSERT_EQ(::kill(main_pid_of("echo"), SIGKILL), 0);
    EXPECT_TRUE(eventually([] { return mcpctl({"status", "echo"}).status == 7; }));
}

TEST_F(ExitCode, IsSixWhenTheWaitWasTooShortAndTheJobGoesOn) {
    define_test_server("slow", {"--start-delay", "1"});
    const Output started = mcpctl({"start", "slow", "--timeout", "100ms"});
    EXPECT_EQ(started.status, 6) << started.err;
    EXPECT_THAT(started.err, HasSubstr("goes on"));
    EXPECT_TRUE(eventually([] { return state_of("slow") == "running"; }));
}

TEST_F(ExitCode, IsZeroAtOnceWithoutWaiting) {
    define_test_server("slow", {"--start-delay", "0.5"});
    EXPECT_EQ(mcpctl({"start", "slow", "--no-wait"}).status, 0);
    EXPECT_EQ(state_of("slow"), "starting");
    EXPECT_TRUE(eventually([] { return state_of("slow") == "running"; }));
}

TEST_F(ExitCode, IsTwoWithoutAConfirmation) {
    define_test_server("echo");
    start("echo");
    const Output stopped = mcpctl({"stop", "echo"});
    EXPECT_EQ(stopped.status, 2);
    EXPECT_THAT(stopped.err, HasSubstr("--yes"));
    EXPECT_EQ(state_of("echo"), "running");
}

TEST_F(ExitCode, Is130WhenInterruptedAndTheJobGoesOn) {
    define_test_server("slow", {"--start-delay", "1"});
    Process starting = mcpctl_process({"start", "slow"});
    ASSERT_TRUE(eventually([] { return state_of("slow") == "starting" && is_active(unit_of("slow")); }));
    ASSERT_EQ(::kill(starting.pid(), SIGINT), 0);
    const Output interrupted = starting.wait(3s);
    EXPECT_EQ(interrupted.status, 130);
    EXPECT_THAT(interrupted.err, HasSubstr("goes on"));
    EXPECT_TRUE(eventually([] { return state_of("slow") == "running"; }));
}

}  // namespace
}  // namespace mcpctl::test
