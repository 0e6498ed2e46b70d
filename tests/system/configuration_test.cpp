// /etc/mcpctl, read at start and by systemctl reload.
#include "tests/system/support/machine_test.hpp"

namespace mcpctl::test {
namespace {

using ::testing::HasSubstr;

class AgentConfiguration : public MachineTest {
  protected:
    static bool agent_said(const std::string& text) { return wrote(agent_service, text); }
};

TEST_F(AgentConfiguration, AReloadTakesTheNewRangeOfPorts) {
    define_test_server("echo");
    const Json before = start("echo");
    const int pid = agent_pid();
    const ConfigurationDropIn configuration("[ports]\nfirst = 29100\nlast = 29100\n");
    systemctl({"reload", agent_service});
    EXPECT_EQ(agent_pid(), pid);
    EXPECT_EQ(mcpctl_json({"start", "echo"})["port"], 29100);
    EXPECT_EQ(status_of("echo")["port"], before["port"]);
    const Output none_left = mcpctl({"start", "echo"});
    EXPECT_EQ(none_left.status, 1);
    EXPECT_THAT(none_left.err, HasSubstr("port"));
}

TEST_F(AgentConfiguration, AWrongOneIsReportedByLineAndTheOldOneKept) {
    define_test_server("echo");
    start("echo");
    const int pid = agent_pid();
    const ConfigurationDropIn configuration("[ports]\n\nfirst = \"many\"\n");
    run({"systemctl", "reload", agent_service});
    EXPECT_TRUE(eventually([] { return agent_said("system-test.toml:3: ports.first"); }));
    EXPECT_EQ(agent_pid(), pid);
    EXPECT_EQ(mcpctl_json({"start", "echo"})["state"], "running");
}

TEST_F(AgentConfiguration, AWrongOneKeepsTheAgentFromStartingAndSaysWhere) {
    {
        const ConfigurationDropIn configuration("[agent]\nidle_timeout = \"5s\"\nidle_time = 3\n");
        stop_agent();
        EXPECT_NE(run({"systemctl", "start", agent_service}).status, 0);
        EXPECT_EQ(show(agent_service, "ExecMainStatus"), "78");
        EXPECT_EQ(show(agent_service, "NRestarts"), "0");
        EXPECT_TRUE(eventually([] { return agent_said("system-test.toml:3: agent.idle_time is not a setting"); }));
    }
    run({"systemctl", "reset-failed", agent_service});
    systemctl({"start", "mcpctl-agent.socket"});
    EXPECT_EQ(mcpctl({"list"}).status, 0);
}

}  // namespace
}  // namespace mcpctl::test
