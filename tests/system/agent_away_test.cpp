// Instances that end while no agent watches: the true reason afterwards, or "unknown", but never success.
#include <csignal>

#include "tests/system/support/machine_test.hpp"

namespace mcpctl::test {
namespace {

using ::testing::AnyOf;

// While it exists nobody can call or activate the agent.
class AgentAway {
  public:
    AgentAway() { systemctl({"stop", "mcpctl-agent.socket", agent_service}); }
    AgentAway(const AgentAway&) = delete;
    AgentAway& operator=(const AgentAway&) = delete;
    ~AgentAway() { systemctl({"start", "mcpctl-agent.socket"}); }
};

class WithoutAnAgent : public MachineTest {};

TEST_F(WithoutAnAgent, EveryDeathHasItsTrueReasonAfterwards) {
    const Json never{{"restart", {{"policy", "no"}}}};
    define_test_server("clean", {}, never);
    define_test_server("seven", {}, never);
    define_test_server("killed", {}, never);
    define_test_server("stopped", {}, never);
    for (const char* name : {"clean", "seven", "killed", "stopped"}) {
        start(name);
    }
    McpClient clean = McpClient::of("clean");
    McpClient seven = McpClient::of("seven");
    const int killed = main_pid_of("killed");
    const std::string stopped = unit_of("stopped");
    {
        const AgentAway away;
        clean.call_fatally({{"exit", 0}});
        seven.call_fatally({{"exit", 7}});
        ASSERT_EQ(::kill(killed, SIGKILL), 0);
        systemctl({"stop", stopped});
        const auto dead = [](const std::string& name) {
            return run({"journalctl", "--quiet", "_PID=1", "--grep", "Main process exited|Deactivated", "--output=cat",
                        "UNIT=" + name})
                       .out.size() > 0;
        };
        EXPECT_TRUE(eventually([&] { return dead(stopped); }));
        EXPECT_TRUE(eventually([&] { return run({"pgrep", "mcp-test"}).out.empty(); }));
    }
    EXPECT_EQ(status_of("clean")["reason"], "exited with code 0");
    EXPECT_EQ(status_of("seven")["reason"], "exited with code 7");
    EXPECT_EQ(status_of("killed")["reason"], "was killed by SIGKILL");
    EXPECT_THAT(status_of("stopped").value("reasonCode", ""), AnyOf("vanished", "unknown", "exit-code", "signal"));
    for (const char* name : {"clean", "seven", "killed", "stopped"}) {
        EXPECT_EQ(state_of(name), "failed") << name;
    }
}

TEST_F(WithoutAnAgent, RunningOutOfMemoryHasItsTrueReasonAfterwards) {
    if (!run({"cat", "/sys/fs/cgroup/cgroup.controllers"}).out.contains("memory")) {
        GTEST_SKIP() << "this machine has no memory controller";
    }
    define_test_server("hungry", {}, {{"limits", {{"memory", 64 << 20}}}, {"restart", {{"policy", "no"}}}});
    const std::string unit = start("hungry")["unit"];
    McpClient hungry = McpClient::of("hungry");
    {
        const AgentAway away;
        hungry.call_fatally({{"allocate_mib", 256}});
        EXPECT_TRUE(eventually([&] { return show(unit, "ActiveState") == "failed"; }));
    }
    EXPECT_EQ(status_of("hungry")["reasonCode"], "out-of-memory");
}

TEST_F(WithoutAnAgent, Pid1RestartsWhatCrashesAndTheNextAgentKnows) {
    define_test_server("crasher", {}, {{"restart", {{"initialDelay", "100ms"}}}});
    const Json before = start("crasher");
    const int pid = main_pid_of("crasher");
    {
        const AgentAway away;
        ASSERT_EQ(::kill(pid, SIGKILL), 0);
        EXPECT_TRUE(eventually([&] { return show(before["unit"], "NRestarts") == "1" && is_active(before["unit"]); }));
    }
    EXPECT_TRUE(eventually([] { return state_of("crasher") == "running"; }));
    const Json after = status_of("crasher");
    EXPECT_EQ(after["restarts"], 1);
    EXPECT_EQ(after["runtimeId"], show(after["unit"], "InvocationID"));
}

TEST_F(WithoutAnAgent, TheToolSaysThatTheAgentCannotBeReached) {
    const AgentAway away;
    const Output list = mcpctl({"--connection", "socket", "list"});
    EXPECT_EQ(list.status, 5);
    EXPECT_THAT(list.err, ::testing::HasSubstr("systemctl status"));
}

}  // namespace
}  // namespace mcpctl::test
