// The system bus is gone: the agent's own socket and PID 1's remain. The file's name puts it at the end, since other
// services of the machine need a moment after it.
#include "tests/system/support/machine_test.hpp"

namespace mcpctl::test {
namespace {

using ::testing::HasSubstr;

class WithoutTheBus : public MachineTest {
  protected:
    void SetUp() override {
        MachineTest::SetUp();
        define_test_server("echo");
    }
    void TearDown() override {
        systemctl({"start", "dbus.socket", "dbus.service"});
        systemctl({"start", "mcpctl-agent.socket"});
        MachineTest::TearDown();
    }
    static void stop_bus() {
        systemctl({"stop", "dbus.socket", "dbus.service"});
        ASSERT_NE(run({"busctl", "list"}).status, 0);
    }
    static bool agent_is_on_the_bus() {
        return run({"busctl", "--timeout=1", "tree", "org.mcpctl.Agent1"}).status == 0;
    }
};

TEST_F(WithoutTheBus, TheToolWorksOverTheSocketAndTheAgentComesBackToTheBus) {
    const Json before = start("echo");
    const int pid = agent_pid();
    stop_bus();
    EXPECT_THAT(mcpctl({"list"}).out, HasSubstr("running"));
    EXPECT_EQ(mcpctl_json({"start", "echo"})["state"], "running");
    EXPECT_EQ(mcpctl_json({"restart", "echo"})["port"], before["port"]);
    EXPECT_EQ(mcpctl({"stop", "echo-2", "--yes"}).status, 0);
    systemctl({"start", "dbus.socket", "dbus.service"});
    EXPECT_TRUE(eventually(agent_is_on_the_bus));
    EXPECT_EQ(agent_pid(), pid);
    EXPECT_EQ(mcpctl({"--connection", "bus", "list", "-o", "name"}).out, "echo\n");
}

TEST_F(WithoutTheBus, AnAgentThatIsStartedWorksToo) {
    stop_agent();
    stop_bus();
    EXPECT_EQ(mcpctl_json({"start", "echo"})["state"], "running");
    EXPECT_EQ(mcpctl({"stop", "echo", "--yes"}).status, 0);
}

TEST_F(WithoutTheBus, NothingIsReachableWhenTheSocketIsGoneToo) {
    stop_bus();
    systemctl({"stop", "mcpctl-agent.socket", agent_service});
    EXPECT_EQ(mcpctl({"list"}).status, 5);
}

}  // namespace
}  // namespace mcpctl::test
