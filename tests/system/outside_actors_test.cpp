// People and programs that work on the units past mcpctl: what it tells stays true, and it can go on from there.
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/system/support/machine_test.hpp"

namespace mcpctl::test {
namespace {

using ::testing::HasSubstr;

namespace fs = std::filesystem;

class OutsideActors : public MachineTest {
  protected:
    void SetUp() override {
        MachineTest::SetUp();
        define_test_server("echo", {}, {{"restart", {{"initialDelay", "100ms"}}}});
        before_ = start("echo");
        unit_ = before_["unit"];
    }
    static bool becomes(const std::string& state) {
        return eventually([&] { return state_of("echo") == state; });
    }
    static bool fails_because(const std::string& code) {
        return eventually([&] { return status_of("echo")["reasonCode"] == code; }) && state_of("echo") == "failed";
    }
    // Whatever happened, the two verbs work on it.
    void TearDown() override {
        EXPECT_EQ(mcpctl_json({"restart", "echo"})["state"], "running");
        EXPECT_EQ(status_of("echo")["port"], before_["port"]);
        EXPECT_EQ(McpClient::of("echo").data("status")["pid"], main_pid_of("echo"));
        MachineTest::TearDown();
    }
    // What set-property wrote outlives the unit.
    void revert() const {
        fs::remove_all("/run/systemd/system.control/" + unit_ + ".d");
        systemctl({"daemon-reload"});
    }
    Json before_;
    std::string unit_;
};

TEST_F(OutsideActors, KillEveryProcessAndPid1StartsItAgain) {
    systemctl({"kill", "--signal=KILL", "--kill-whom=all", unit_});
    EXPECT_TRUE(eventually([] {
        const Json status = status_of("echo");
        return status["state"] == "running" && status["restarts"] == 1;
    }));
    EXPECT_EQ(status_of("echo")["runtimeId"], show(unit_, "InvocationID"));
    EXPECT_NE(status_of("echo")["runtimeId"], before_["runtimeId"]);
}

TEST_F(OutsideActors, KillItThroughItsSlice) {
    systemctl({"kill", "--signal=KILL", slice_of("echo")});
    EXPECT_TRUE(eventually([] { return status_of("echo")["restarts"] == 1 && state_of("echo") == "running"; }));
}

TEST_F(OutsideActors, RestartTheUnitByHand) {
    systemctl({"restart", unit_});
    EXPECT_TRUE(eventually([&] {
        const Json status = status_of("echo");
        return status["state"] == "running" && status["runtimeId"] == show(unit_, "InvocationID") &&
               status["runtimeId"] != before_["runtimeId"];
    }));
    EXPECT_EQ(status_of("echo")["id"], before_["id"]);
    EXPECT_EQ(status_of("echo")["unit"], unit_);
    EXPECT_EQ(McpClient::of("echo").data("status")["pid"], main_pid_of("echo"));
}

TEST_F(OutsideActors, StopTheSlice) {
    systemctl({"stop", slice_of("echo")});
    EXPECT_TRUE(fails_because("vanished"));
}

TEST_F(OutsideActors, StopTheSliceOfAllInstances) {
    define_test_server("other");
    start("other");
    systemctl({"stop", "mcpctl.slice"});
    EXPECT_TRUE(fails_because("vanished"));
    EXPECT_TRUE(eventually([] { return status_of("other")["reasonCode"] == "vanished"; }));
    EXPECT_EQ(mcpctl_json({"restart", "other"})["state"], "running");
}

TEST_F(OutsideActors, StopTheUnitWhileItWaitsForItsRestart) {
    define_test_server("patient", {}, {{"restart", {{"initialDelay", "1h"}, {"maxDelay", "1h"}}}});
    const std::string unit = start("patient")["unit"];
    ASSERT_EQ(::kill(main_pid_of("patient"), SIGKILL), 0);
    ASSERT_TRUE(eventually([] { return state_of("patient") == "backoff"; }));
    systemctl({"stop", unit});
    EXPECT_TRUE(eventually([] { return state_of("patient") == "failed"; }));
    EXPECT_EQ(mcpctl_json({"restart", "patient"})["state"], "running");
}

TEST_F(OutsideActors, ResetAFailureWhoseReasonIsKeptOverARestartOfTheAgentToo) {
    define_test_server("mortal", {}, {{"restart", {{"policy", "no"}}}});
    const std::string unit = start("mortal")["unit"];
    McpClient::of("mortal").call_fatally({{"exit", 7}});
    ASSERT_TRUE(eventually([] { return state_of("mortal") == "failed"; }));
    systemctl({"reset-failed", unit});
    EXPECT_TRUE(eventually([&] { return !is_loaded(unit); }));
    const auto is_told = [] {
        const Json status = status_of("mortal");
        return status["state"] == "failed" && status["reason"] == "exited with code 7";
    };
    EXPECT_TRUE(is_told());
    kill_agent();
    EXPECT_TRUE(is_told()) << status_of("mortal");
    EXPECT_EQ(mcpctl_json({"restart", "mortal"})["state"], "running");
}

TEST_F(OutsideActors, ResetTheFailureOfAUnitThatRunsWhichChangesNothing) {
    systemctl({"reset-failed", unit_});
    EXPECT_EQ(state_of("echo"), "running");
    EXPECT_EQ(status_of("echo")["runtimeId"], before_["runtimeId"]);
}

TEST_F(OutsideActors, EditTheUnitFileWhichEndsTheInstanceAtTheNextReload) {
    const std::string path = "/run/systemd/transient/" + unit_;
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    std::ofstream(path, std::ios::app) << "\n[Service]\nNoNewPrivileges=no\nUser=root\n";
    systemctl({"daemon-reload"});
    EXPECT_TRUE(fails_because("unit-altered")) << status_of("echo");
    EXPECT_FALSE(is_active(unit_));
}

TEST_F(OutsideActors, SetAPropertyThatOpensItsNetworkWhichEndsTheInstanceAtTheNextReload) {
    systemctl({"set-property", "--runtime", unit_, "IPAddressAllow=any"});
    systemctl({"daemon-reload"});
    EXPECT_TRUE(fails_because("unit-altered")) << status_of("echo");
    EXPECT_THAT(status_of("echo").value("reason", ""), HasSubstr("IPAddressAllow"));
    revert();
}

TEST_F(OutsideActors, SetAPropertyThatMcpctlDoesNotCareAbout) {
    systemctl({"set-property", "--runtime", unit_, "CPUWeight=50"});
    systemctl({"daemon-reload"});
    define_test_server("other");
    start("other");  // by then the agent has looked
    EXPECT_EQ(state_of("echo"), "running");
    EXPECT_EQ(status_of("echo")["runtimeId"], before_["runtimeId"]);
    revert();
}

// What a drop-in for all our units, as an administrator may write it, does to the next start.
TEST_F(OutsideActors, WeakenAllUnitsByADropInWhichFailsTheNextStart) {
    const std::string directory = "/run/systemd/system/mcpctl-.service.d";
    fs::create_directories(directory);
    std::ofstream(directory + "/weak.conf") << "[Service]\nPrivateUsers=no\n";
    systemctl({"daemon-reload"});
    EXPECT_TRUE(fails_because("unit-altered"));
    define_test_server("other");
    const Output refused = mcpctl({"start", "other"});
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.err, HasSubstr("PrivateUsers"));
    EXPECT_EQ(mcpctl({"status", "other"}).status, 4);
    fs::remove_all(directory);
    systemctl({"daemon-reload"});
}

TEST_F(OutsideActors, FreezeItAndStopWorksAllTheSame) {
    define_test_server("other");
    const std::string unit = start("other")["unit"];
    systemctl({"freeze", unit});
    EXPECT_EQ(state_of("other"), "running");
    const Output stopped = mcpctl({"stop", "other", "--yes", "--drain-timeout", "2s"});
    EXPECT_EQ(stopped.status, 0) << stopped.err;
    EXPECT_FALSE(is_loaded(unit));
}

TEST_F(OutsideActors, FreezeItAndRestartWorksAllTheSame) {
    systemctl({"freeze", unit_});
    EXPECT_EQ(mcpctl_json({"restart", "echo", "--drain-timeout", "2s"})["state"], "running");
}

TEST_F(OutsideActors, FreezeItsSliceAndStopWorksAllTheSame) {
    define_test_server("other");
    start("other");
    systemctl({"freeze", slice_of("other")});
    const Output stopped = mcpctl({"stop", "other", "--yes", "--drain-timeout", "2s"});
    EXPECT_EQ(stopped.status, 0) << stopped.err;
}

TEST_F(OutsideActors, RemoveTheStateDirectoryWhichTheNextStartMakesAnew) {
    const std::string file = "/var/lib/mcpctl-profiles/echo/memory";
    EXPECT_EQ(McpClient::of("echo").data("write_file", {{"path", file}, {"text", "kept"}})["bytes"], 4);
    fs::remove_all("/var/lib/private/mcpctl-profiles/echo");
    EXPECT_EQ(state_of("echo"), "running");
    EXPECT_EQ(mcpctl_json({"restart", "echo"})["state"], "running");
    EXPECT_EQ(McpClient::of("echo").data("write_file", {{"path", file}, {"text", "again"}})["bytes"], 5);
}

// Whoever installs a server of the same name earlier in the search path, as npm does beside a distribution's package,
// does not alter what runs.
TEST_F(OutsideActors, InstallAnotherProgramOfTheSameNameBesideIt) {
    const fs::path other = "/usr/local/sbin/mcp-test-server";
    fs::copy_file("/usr/local/bin/mcp-test-server", other);
    systemctl({"daemon-reload"});
    define_test_server("next");
    EXPECT_THAT(show(start("next")["unit"], "ExecStart"), HasSubstr(other.string()));
    EXPECT_EQ(state_of("echo"), "running");
    EXPECT_EQ(status_of("echo")["runtimeId"], before_["runtimeId"]);
    stop("next");
    fs::remove(other);
}

}  // namespace
}  // namespace mcpctl::test
