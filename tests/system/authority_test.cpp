// Who may do what, and what is nobody's (M13).
#include "tests/system/support/machine_test.hpp"

namespace mcpctl::test {
namespace {

using ::testing::HasSubstr;

class Authority : public MachineTest {
  protected:
    static Output as_nobody(std::vector<std::string> command, const std::string& groups = "--clear-groups") {
        command.insert(command.begin(), {"setpriv", "--reuid=nobody", "--regid=nogroup", groups});
        return run(command);
    }
    static const std::vector<std::string> busctl_start;
};

const std::vector<std::string> Authority::busctl_start{
    "busctl", "call", "org.mcpctl.Agent1", "/org/mcpctl/Agent1", "org.mcpctl.Agent1.Manager", "Start", "sa{sv}",
    "echo",   "0"};

TEST_F(Authority, AnOrdinaryUserIsRefused) {
    define_test_server("echo");
    for (const char* way : {"auto", "bus"}) {
        const Output started = as_nobody({"mcpctl", "--connection", way, "start", "echo"});
        EXPECT_EQ(started.status, 3) << way << ": " << started.err;
    }
    const Output called = as_nobody(busctl_start);
    EXPECT_NE(called.status, 0);
    EXPECT_THAT(called.err, HasSubstr("user 65534 may not call Manager.Start"));
    EXPECT_EQ(mcpctl({"list", "-o", "name"}).out, "");
}

TEST_F(Authority, AMemberOfTheGroupMay) {
    define_test_server("echo");
    for (const char* way : {"socket", "bus"}) {
        const Output started =
            as_nobody({"mcpctl", "--connection", way, "start", "echo", "--name", way}, "--groups=mcpctl");
        EXPECT_EQ(started.status, 0) << way << ": " << started.err;
    }
    EXPECT_EQ(as_nobody(busctl_start, "--groups=mcpctl").status, 0);
}

TEST_F(Authority, AForeignUnitWithANameOfOursIsReportedAndLeftAlone) {
    const std::string unit = "mcpctl-0123456789abcdef0123456789abcdef-1.service";
    systemctl({"start", "mcpctl-agent.socket"});
    ASSERT_EQ(run({"systemd-run", "--quiet", "--unit=" + unit, "sleep", "infinity"}).status, 0);
    const std::string pid = show(unit, "MainPID");
    stop_agent();
    EXPECT_EQ(mcpctl({"list", "-o", "name"}).out, "");
    EXPECT_TRUE(eventually([&] { return !journal({"_SYSTEMD_UNIT=mcpctl-agent.service", "UNIT=" + unit}).empty(); }));
    EXPECT_EQ(mcpctl({"stop", "01234567-89ab-4def-8123-456789abcdef", "--yes"}).status, 4);
    EXPECT_EQ(show(unit, "MainPID"), pid);
    systemctl({"stop", unit});
}

TEST_F(Authority, AForeignUnitCannotTakeThePlaceOfAnInstancesUnit) {
    define_test_server("echo");
    const Json echo = start("echo");
    systemctl({"stop", echo["unit"]});
    ASSERT_TRUE(eventually([] { return state_of("echo") == "failed"; }));
    const std::string unit = echo["unit"];
    ASSERT_EQ(run({"systemd-run", "--quiet", "--unit=" + unit, "sleep", "infinity"}).status, 0);
    const std::string pid = show(unit, "MainPID");
    EXPECT_NE(mcpctl({"restart", "echo"}).status, 0);
    EXPECT_EQ(show(unit, "MainPID"), pid);
    systemctl({"stop", unit});
}

}  // namespace
}  // namespace mcpctl::test
