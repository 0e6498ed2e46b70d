// The agent dies at the worst moment: nothing that runs notices, and what was asked for is done (B01).
#include <algorithm>
#include <csignal>

#include "tests/system/support/machine_test.hpp"

namespace mcpctl::test {
namespace {

using ::testing::HasSubstr;

class AgentCrash : public MachineTest {};

TEST_F(AgentCrash, InstancesGoOnAsIfNothingHadHappened) {
    define_test_server("echo");
    std::vector<Process> starts;
    for (int i = 0; i < 5; ++i) {
        starts.push_back(mcpctl_process({"start", "echo"}));
    }
    for (Process& process : starts) {
        EXPECT_EQ(process.wait().status, 0);
    }
    const Json before = mcpctl_json({"list"});
    std::vector<int> pids;
    for (const Json& instance : before) {
        pids.push_back(std::stoi(show(instance["unit"], "MainPID")));
    }
    const int agent = agent_pid();
    kill_agent();
    EXPECT_EQ(without_health(mcpctl_json({"list"})), without_health(before));
    EXPECT_NE(agent_pid(), agent);
    for (std::size_t i = 0; i < before.size(); ++i) {
        EXPECT_EQ(std::stoi(show(before[i]["unit"], "MainPID")), pids[i]);
    }
    // The new agent watches what it has adopted.
    EXPECT_TRUE(eventually([] {
        return std::ranges::all_of(mcpctl_json({"list"}), [](const Json& one) { return one["readiness"] == "ready"; });
    }));
    ASSERT_EQ(::kill(pids[0], SIGKILL), 0);
    const std::string name = before[0]["name"];
    EXPECT_TRUE(eventually([&] { return status_of(name)["restarts"] == 1; }));
}

TEST_F(AgentCrash, AStartGoesOn) {
    define_test_server("slow", {"--start-delay", "1"});
    Process starting = mcpctl_process({"start", "slow", "-o", "json"});
    ASSERT_TRUE(eventually([] { return state_of("slow") == "starting" && is_active(unit_of("slow")); }));
    const int pid = main_pid_of("slow");
    kill_agent();
    const Output started = starting.wait();
    EXPECT_EQ(started.status, 0) << started.err;
    EXPECT_EQ(Json::parse(started.out, nullptr, false).value("state", ""), "running") << started.out;
    EXPECT_EQ(main_pid_of("slow"), pid);
}

TEST_F(AgentCrash, AStopGoesOn) {
    define_test_server("slow", {"--drain-delay", "1"});
    const std::string unit = start("slow")["unit"];
    Process stopping = mcpctl_process({"stop", "slow", "--yes"});
    ASSERT_TRUE(eventually([&] { return wrote(unit, "drain begin"); }));
    kill_agent();
    const Output stopped = stopping.wait();
    EXPECT_EQ(stopped.status, 0) << stopped.err;
    EXPECT_TRUE(wrote(unit, "drain end"));
    EXPECT_EQ(leftovers(), "");
}

TEST_F(AgentCrash, ARestartGoesOn) {
    define_test_server("slow", {"--drain-delay", "0.5", "--start-delay", "0.5"});
    const Json before = start("slow");
    const std::string old_unit = before["unit"];
    Process restarting = mcpctl_process({"restart", "slow", "-o", "json"});
    ASSERT_TRUE(eventually([&] { return wrote(old_unit, "drain begin"); }));
    kill_agent();
    ASSERT_TRUE(eventually([&] { return unit_of("slow") != old_unit && is_active(unit_of("slow")); }));
    kill_agent();
    const Output restarted = restarting.wait();
    EXPECT_EQ(restarted.status, 0) << restarted.err;
    const Json after = status_of("slow");
    EXPECT_EQ(after["state"], "running");
    EXPECT_EQ(after["generation"], 2);
    EXPECT_NE(after["runtimeId"], before["runtimeId"]);
}

TEST_F(AgentCrash, AFailedStartIsRolledBackByTheNextAgent) {
    define_test_server("doomed", {"--start-delay", "60"}, {{"startTimeout", 2}});
    Process starting = mcpctl_process({"start", "doomed"});
    ASSERT_TRUE(eventually([] { return state_of("doomed") == "starting" && is_active(unit_of("doomed")); }));
    kill_agent();
    const Output started = starting.wait();
    EXPECT_EQ(started.status, 1) << started.out;
    EXPECT_THAT(started.err, HasSubstr("nothing accepted on port"));
    EXPECT_EQ(leftovers(), "");
}

}  // namespace
}  // namespace mcpctl::test
