// Instances that end by themselves (B02).
#include <csignal>
#include <filesystem>

#include "tests/system/support/machine_test.hpp"

namespace mcpctl::test {
namespace {

using ::testing::HasSubstr;

class RestartPolicy : public MachineTest {
  protected:
    static bool reached(const std::string& instance, const std::string& state) {
        return eventually([&] { return state_of(instance) == state; });
    }
};

TEST_F(RestartPolicy, ACrashIsShownAsBackoffUntilPid1HasRestartedTheServer) {
    define_test_server("crasher", {}, {{"restart", {{"initialDelay", "1s"}}}});
    const Json before = start("crasher");
    McpClient::of("crasher").call_fatally({{"crash", "segv"}});
    ASSERT_TRUE(reached("crasher", "backoff"));
    const Json waiting = status_of("crasher");
    EXPECT_EQ(waiting["reasonCode"], "signal");
    EXPECT_THAT(waiting.value("reason", ""), HasSubstr("SIGSEGV"));
    ASSERT_TRUE(reached("crasher", "running"));
    const Json after = status_of("crasher");
    EXPECT_EQ(after["restarts"], 1);
    EXPECT_EQ(show(after["unit"], "NRestarts"), "1");
    EXPECT_EQ(after["unit"], before["unit"]);
    EXPECT_EQ(after["port"], before["port"]);
    EXPECT_NE(after["runtimeId"], before["runtimeId"]);
    EXPECT_EQ(after["runtimeId"], show(after["unit"], "InvocationID"));
    EXPECT_EQ(McpClient::of("crasher").data("status")["pid"], main_pid_of("crasher"));
}

TEST_F(RestartPolicy, TheCountOfRestartsStartsAnewAfterSteadyRunning) {
    define_test_server("crasher", {}, {{"restart", {{"initialDelay", "100ms"}, {"resetAfter", "1s"}}}});
    start("crasher");
    ASSERT_EQ(::kill(main_pid_of("crasher"), SIGKILL), 0);
    ASSERT_TRUE(eventually([] { return status_of("crasher")["restarts"] == 1; }));
    EXPECT_TRUE(eventually([] { return status_of("crasher")["restarts"] == 0; }));
    EXPECT_TRUE(reached("crasher", "running"));
    EXPECT_EQ(show(unit_of("crasher"), "NRestarts"), "0");
}

TEST_F(RestartPolicy, AnInstanceThatNeverStaysUpIsGivenUp) {
    define_test_server("crasher", {"--exit-after", "0.2", "--exit-code", "5", "--banner", "here I am"},
                       {{"restart", {{"initialDelay", "100ms"}, {"maxDelay", "100ms"}, {"maxAttempts", 2}}}});
    const std::string unit = start("crasher")["unit"];
    ASSERT_TRUE(reached("crasher", "failed"));
    const Json given_up = status_of("crasher");
    EXPECT_EQ(given_up["reasonCode"], "start-limit");
    EXPECT_THAT(given_up.value("reason", ""), HasSubstr("given up after 2 restarts"));
    EXPECT_THAT(given_up.value("reason", ""), HasSubstr("exited with code 5"));
    EXPECT_THAT(given_up["failureLog"].dump(), HasSubstr("here I am"));
    EXPECT_EQ(given_up["restarts"], 2);
    EXPECT_EQ(mcpctl({"status", "crasher"}).status, 7);
    EXPECT_EQ(show(unit, "ActiveState"), "failed");
}

TEST_F(RestartPolicy, ACleanExitIsNoFailureAndNotRestarted) {
    define_test_server("quitter");
    start("quitter");
    McpClient::of("quitter").call_fatally({{"exit", 0}});
    ASSERT_TRUE(reached("quitter", "failed"));
    EXPECT_EQ(status_of("quitter")["reasonCode"], "exit-code");
    EXPECT_EQ(status_of("quitter")["reason"], "exited with code 0");
}

TEST_F(RestartPolicy, AlwaysRestartsAlsoAfterACleanExit) {
    define_test_server("quitter", {}, {{"restart", {{"policy", "always"}, {"initialDelay", "100ms"}}}});
    start("quitter");
    McpClient::of("quitter").call_fatally({{"exit", 0}});
    EXPECT_TRUE(eventually([] {
        const Json status = status_of("quitter");
        return status["state"] == "running" && status["restarts"] == 1;
    }));
}

TEST_F(RestartPolicy, NoMeansThatTheFirstDeathIsFinal) {
    define_test_server("mortal", {}, {{"restart", {{"policy", "no"}}}});
    start("mortal");
    ASSERT_EQ(::kill(main_pid_of("mortal"), SIGKILL), 0);
    ASSERT_TRUE(reached("mortal", "failed"));
    EXPECT_EQ(status_of("mortal")["reasonCode"], "signal");
    EXPECT_THAT(status_of("mortal").value("reason", ""), HasSubstr("SIGKILL"));
    EXPECT_EQ(mcpctl_json({"restart", "mortal"})["state"], "running");
}

TEST_F(RestartPolicy, AUnitThatIsStoppedByHandHasVanished) {
    define_test_server("echo");
    systemctl({"stop", start("echo")["unit"]});
    ASSERT_TRUE(reached("echo", "failed"));
    EXPECT_EQ(status_of("echo")["reasonCode"], "vanished");
    EXPECT_EQ(mcpctl_json({"restart", "echo"})["state"], "running");
}

// M03
TEST_F(RestartPolicy, AFailedRestartLeavesAVisibleFailedInstance) {
    define("moody", {"sh", "-c", "test ! -e $HOME/broken || exit 9; exec mcp-test-server http"});
    const Json before = start("moody");
    McpClient::of("moody").data("write_file", {{"path", "/var/lib/mcpctl-profiles/moody/broken"}, {"text", ""}});
    const Output restarted = mcpctl({"restart", "moody"});
    EXPECT_EQ(restarted.status, 1);
    EXPECT_THAT(restarted.err, HasSubstr("exited with code 9"));
    const Json after = status_of("moody");
    EXPECT_EQ(after["state"], "failed");
    EXPECT_EQ(after["id"], before["id"]);
    EXPECT_EQ(after["reason"], "exited with code 9");
    std::filesystem::remove("/var/lib/private/mcpctl-profiles/moody/broken");
}

TEST_F(RestartPolicy, RunningOutOfMemoryIsNamed) {
    if (!run({"cat", "/sys/fs/cgroup/cgroup.controllers"}).out.contains("memory")) {
        GTEST_SKIP() << "this machine has no memory controller";
    }
    define_test_server("hungry", {}, {{"limits", {{"memory", 64 << 20}}}, {"restart", {{"policy", "no"}}}});
    start("hungry");
    McpClient::of("hungry").call_fatally({{"allocate_mib", 256}});
    ASSERT_TRUE(reached("hungry", "failed"));
    EXPECT_EQ(status_of("hungry")["reasonCode"], "out-of-memory");
}

}  // namespace
}  // namespace mcpctl::test
