// The agent dies at the worst moment: nothing that runs notices, and what was asked for is done (B01).
#include <algorithm>
#include <csignal>
#include <random>
#include <set>
#include <thread>

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
    EXPECT_EQ(mcpctl_json({"list"}), before);
    EXPECT_NE(agent_pid(), agent);
    for (std::size_t i = 0; i < before.size(); ++i) {
        EXPECT_EQ(std::stoi(show(before[i]["unit"], "MainPID")), pids[i]);
    }
    // The new agent watches what it has adopted.
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

// The short form of a thousand kills under mixed load.
TEST_F(AgentCrash, AtRandomTimesItLosesNothingThatWasAcknowledged) {
    const auto seed = std::random_device()();
    SCOPED_TRACE(std::format("seed {}", seed));
    std::mt19937 random(seed);
    define_test_server("echo");
    std::set<std::string> expected;
    for (int round = 0; round < 8; ++round) {
        std::vector<Process> work;
        const std::string fresh = std::format("i{}", round);
        work.push_back(mcpctl_process({"start", "echo", "--name", fresh}));
        if (expected.size() > 2) {
            work.push_back(mcpctl_process({"restart", *std::next(expected.begin())}));
            work.push_back(mcpctl_process({"stop", *expected.begin(), "--yes"}));
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(random() % 200));  // the moment is what is tried
        kill_agent();
        // A request that the crash swallowed before it was acknowledged says so, and may have been carried out or not.
        const bool started = work[0].wait().status == 0;
        EXPECT_TRUE(!started || state_of(fresh) == "running") << fresh;
        if (started) {
            expected.insert(fresh);
        } else if (mcpctl({"status", fresh}).status != 4) {
            EXPECT_TRUE(eventually([&] { return state_of(fresh) == "running"; })) << fresh;
            expected.insert(fresh);
        }
        if (work.size() > 1) {
            work[1].wait();
            const std::string victim = *expected.begin();
            if (work[2].wait().status == 0) {
                EXPECT_EQ(mcpctl({"status", victim}).status, 4) << victim;
                expected.erase(victim);
            } else {
                mcpctl({"stop", victim, "--yes"});
                expected.erase(victim);
            }
        }
    }
    EXPECT_TRUE(eventually([&] {
        std::set<std::string> running;
        for (const Json& instance : mcpctl_json({"list"})) {
            if (instance["state"] == "running" && is_active(instance["unit"])) {
                running.insert(instance["name"]);
            }
        }
        return running == expected;
    })) << mcpctl({"list"}).out;
    const std::string units = run({"systemctl", "list-units", "--plain", "--no-legend", "mcpctl-*-*.service"}).out;
    EXPECT_EQ(std::size_t(std::ranges::count(units, '\n')), expected.size()) << units;
}

}  // namespace
}  // namespace mcpctl::test
