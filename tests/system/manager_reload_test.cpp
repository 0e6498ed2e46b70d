// PID 1 reads its units again, or executes itself again, while instances run.
#include <csignal>

#include "tests/system/support/machine_test.hpp"

namespace mcpctl::test {
namespace {

class ManagerReload : public MachineTest, public ::testing::WithParamInterface<const char*> {};

TEST_P(ManagerReload, ChangesNothingAndTheAgentGoesOnWatching) {
    define_test_server("echo", {}, {{"restart", {{"initialDelay", "1s"}}}});
    define_test_server("other");
    start("other");
    const Json before = start("echo");
    const std::string unit = before["unit"];
    const int pid = main_pid_of("echo");
    for (int i = 0; i < 3; ++i) {
        systemctl({GetParam()});
    }
    EXPECT_EQ(state_of("echo"), "running");
    EXPECT_EQ(main_pid_of("echo"), pid);
    EXPECT_EQ(status_of("echo")["runtimeId"], before["runtimeId"]);
    for (const auto& [property, value] :
         std::vector<std::pair<std::string, std::string>>{{"NoNewPrivileges", "yes"},
                                                          {"DynamicUser", "yes"},
                                                          {"ProtectSystem", "strict"},
                                                          {"PrivateUsers", "yes"},
                                                          {"RestrictNamespaces", "cgroup"},
                                                          {"CapabilityBoundingSet", ""}}) {
        EXPECT_EQ(show(unit, property), value) << property;
    }
    ASSERT_EQ(::kill(pid, SIGKILL), 0);
    EXPECT_TRUE(eventually([] { return state_of("echo") == "backoff"; }));
    EXPECT_TRUE(eventually([] { return state_of("echo") == "running"; }));
    EXPECT_EQ(mcpctl_json({"restart", "other"})["state"], "running");
}

TEST_P(ManagerReload, InTheMiddleOfAStartAndAStopLosesNeither) {
    define_test_server("slow", {"--start-delay", "0.5", "--drain-delay", "0.5"});
    Process starting = mcpctl_process({"start", "slow"});
    ASSERT_TRUE(eventually([] { return state_of("slow") == "starting" && is_active(unit_of("slow")); }));
    systemctl({GetParam()});
    const Output started = starting.wait();
    EXPECT_EQ(started.status, 0) << started.err;
    const std::string unit = unit_of("slow");
    Process stopping = mcpctl_process({"stop", "slow", "--yes"});
    ASSERT_TRUE(eventually([&] { return wrote(unit, "drain begin"); }));
    systemctl({GetParam()});
    const Output stopped = stopping.wait();
    EXPECT_EQ(stopped.status, 0) << stopped.err;
    EXPECT_TRUE(wrote(unit, "drain end"));
}

INSTANTIATE_TEST_SUITE_P(By, ManagerReload, ::testing::Values("daemon-reload", "daemon-reexec"),
                         [](const auto& kind) { return std::string(kind.param).substr(7); });

TEST_F(MachineTest, ADropInThatWeakensASandboxStopsTheInstance) {
    define_test_server("echo");
    const std::string unit = start("echo")["unit"];
    const std::string directory = "/run/systemd/system/" + unit + ".d";
    ASSERT_EQ(run({"mkdir", "-p", directory}).status, 0);
    ASSERT_EQ(run({"tee", directory + "/weak.conf"}, "[Service]\nPrivateUsers=no\n").status, 0);
    systemctl({"daemon-reload"});
    EXPECT_TRUE(eventually([] { return status_of("echo")["reasonCode"] == "unit-altered"; }));
    EXPECT_THAT(status_of("echo").value("reason", ""), ::testing::HasSubstr("PrivateUsers"));
    run({"rm", "-r", directory});
    systemctl({"daemon-reload"});
    EXPECT_EQ(mcpctl_json({"restart", "echo"})["state"], "running");
}

}  // namespace
}  // namespace mcpctl::test
