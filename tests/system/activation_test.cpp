// The agent starts when it is called and leaves when nobody needs it (D03, D07).
#include "tests/system/support/machine_test.hpp"

namespace mcpctl::test {
namespace {

using ::testing::HasSubstr;

class Activation : public MachineTest {
  protected:
    static std::string busy_reasons() {
        return output_of({"busctl", "get-property", "org.mcpctl.Agent1", "/org/mcpctl/Agent1",
                          "org.mcpctl.Agent1.Manager", "BusyReasons"});
    }
};

TEST_F(Activation, ACallOnTheBusStartsTheAgent) {
    stop_agent();
    EXPECT_FALSE(is_active(agent_service));
    EXPECT_THAT(output_of({"busctl", "tree", "--list", "org.mcpctl.Agent1"}), HasSubstr("/org/mcpctl/Agent1"));
    EXPECT_TRUE(is_active(agent_service));
    const std::string interfaces = output_of({"busctl", "introspect", "org.mcpctl.Agent1", "/org/mcpctl/Agent1"});
    EXPECT_THAT(interfaces, HasSubstr("org.mcpctl.Agent1.Manager"));
    EXPECT_THAT(interfaces, HasSubstr("org.freedesktop.DBus.ObjectManager"));
    EXPECT_THAT(interfaces, HasSubstr(".Start"));
}

TEST_F(Activation, AConnectionToTheSocketStartsTheAgent) {
    stop_agent();
    EXPECT_EQ(mcpctl({"--connection", "socket", "list"}).status, 0);
    EXPECT_TRUE(is_active(agent_service));
}

TEST_F(Activation, AnIdleAgentLeavesAndTheNextCallStartsItAgain) {
    const ConfigurationDropIn configuration("[agent]\nidle_timeout = \"300ms\"\n");
    stop_agent();
    EXPECT_EQ(mcpctl({"list"}).status, 0);
    // Once the audit records of the test before have arrived.
    EXPECT_TRUE(eventually([] { return busy_reasons() == "as 0"; }));
    const std::string first = show(agent_service, "InvocationID");
    ASSERT_TRUE(eventually([] { return show(agent_service, "ActiveState") == "inactive"; }));
    EXPECT_EQ(show(agent_service, "Result"), "success");
    EXPECT_EQ(mcpctl({"list"}).status, 0);
    EXPECT_NE(show(agent_service, "InvocationID"), first);
}

TEST_F(Activation, AnInstanceKeepsTheAgent) {
    const ConfigurationDropIn configuration("[agent]\nidle_timeout = \"100ms\"\n");
    stop_agent();
    define_test_server("echo");
    start("echo");
    EXPECT_THAT(busy_reasons(), HasSubstr("1 instance"));
    const int pid = agent_pid();
    EXPECT_TRUE(holds_for(1s, [&] { return agent_pid() == pid; }));
    stop("echo");
    EXPECT_TRUE(eventually([] { return show(agent_service, "ActiveState") == "inactive"; }));
}

TEST_F(Activation, AClientOnTheSocketKeepsTheAgent) {
    const ConfigurationDropIn configuration("[agent]\nidle_timeout = \"100ms\"\n");
    stop_agent();
    define_test_server("slow", {"--start-delay", "1"});
    Process waiting = mcpctl_process({"start", "slow"});
    ASSERT_TRUE(eventually([] { return state_of("slow") == "starting"; }));
    EXPECT_THAT(busy_reasons(), HasSubstr("socket"));
    EXPECT_THAT(busy_reasons(), HasSubstr("job"));
    EXPECT_EQ(waiting.wait().status, 0);
}

}  // namespace
}  // namespace mcpctl::test
