// The machine is booted again. ./dev test system runs BeforeReboot, reboots, runs AfterReboot, begins user space anew
// (systemctl soft-reboot), and runs AfterReboot again; what should be true afterwards is kept on the disk.
#include <filesystem>
#include <fstream>

#include "tests/system/support/machine_test.hpp"

namespace mcpctl::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* memory = "/var/lib/reboot-test.json";
constexpr const char* agent_drop_in = "/run/systemd/system/mcpctl-agent.service.d/outlive.conf";
constexpr const char* instance_failed = "MESSAGE_ID=8f6f1a1f2d0e4b7c9d3a5e0c61b7a103";
constexpr const char* instance_restarting = "MESSAGE_ID=8f6f1a1f2d0e4b7c9d3a5e0c61b7a104";
constexpr int instances = 20;

std::size_t deaths_announced() {
    return journal({instance_failed}).size() + journal({instance_restarting}).size();
}

void remember() {
    Json kept = Json::object();
    for (const Json& instance : mcpctl_json({"list"})) {
        kept[instance["name"]] = status_of(instance["name"]);
    }
    std::ofstream(memory) << Json{{"instances", kept},
                                  {"deaths", deaths_announced()},
                                  {"userspace", output_of({"systemctl", "show", "--property=UserspaceTimestamp"})}};
}

// Instances are to die while the agent still watches, as they may at any shutdown.
void let_the_agent_outlive_its_instances() {
    fs::create_directories(fs::path(agent_drop_in).parent_path());
    std::ofstream(agent_drop_in) << "[Service]\nExecStop=/bin/sh -c 'while systemctl --quiet is-active "
                                    "\"mcpctl-*-*.service\"; do sleep 0.1; done; sleep 0.5'\n";
    systemctl({"daemon-reload"});
}

class BeforeReboot : public MachineTest {
  protected:
    void TearDown() override {}
};

class AfterReboot : public MachineTest {
  protected:
    void SetUp() override { kept_ = Json::parse(std::ifstream(memory)); }
    void TearDown() override {}
    Json kept_;
};

// Comes after the others and leaves the machine clean.
class AfterRebootAtLast : public MachineTest {
  protected:
    void SetUp() override {}
    void TearDown() override {
        MachineTest::TearDown();
        fs::remove(memory);
    }
};

TEST_F(BeforeReboot, TwentyInstancesRunAndSomeWereStopped) {
    define_test_server("echo");
    // Ends with an error when the machine goes down, which is nobody's fault then.
    define("sour", {"sh", "-c", "trap 'exit 3' TERM; mcp-test-server http & wait"});
    define_test_server("early", {}, {{"autostart", true}});
    define_test_server("twice", {}, {{"autostart", true}});
    std::vector<Process> starts;
    for (int i = 0; i < instances; ++i) {
        const std::string profile = i == 0 ? "sour" : i == 1 ? "twice" : "echo";
        starts.push_back(mcpctl_process({"start", profile, "--name", std::format("i{}", i)}));
    }
    for (Process& process : starts) {
        const Output started = process.wait();
        EXPECT_EQ(started.status, 0) << started.err;
    }
    start("echo");
    stop("echo");
    EXPECT_EQ(mcpctl_json({"restart", "i5"})["generation"], 2);
    remember();
    let_the_agent_outlive_its_instances();
}

TEST_F(AfterReboot, TheMachineHasReallyBeenRebooted) {
    EXPECT_NE(kept_["userspace"], output_of({"systemctl", "show", "--property=UserspaceTimestamp"}));
}

// B03
TEST_F(AfterReboot, WhatShouldRunRunsAgainAsItWas) {
    const auto all_run = [&] {
        return std::ranges::all_of(kept_["instances"],
                                   [](const Json& before) { return state_of(before["name"]) == "running"; });
    };
    EXPECT_TRUE(eventually(all_run, 60s)) << mcpctl({"list"}).out;
    for (const Json& before : kept_["instances"]) {
        const Json after = status_of(before["name"]);
        ASSERT_EQ(after["state"], "running") << after << mcpctl({"jobs"}).out;
        for (const char* same : {"id", "name", "profile", "server", "port", "endpoint", "createdAt"}) {
            EXPECT_EQ(after[same], before[same]) << before["name"] << ' ' << same;
        }
        EXPECT_EQ(after["generation"], before["generation"].get<int>() + 1) << before["name"];
        EXPECT_NE(after["runtimeId"], before["runtimeId"]);
        EXPECT_EQ(after["runtimeId"], show(after["unit"], "InvocationID"));
        EXPECT_EQ(McpClient(after["endpoint"]).server_info()["name"], "mcp-test-server") << before["name"];
    }
}

TEST_F(AfterReboot, WhatWasStoppedStaysStoppedAndAnAutostartProfileHasOneInstance) {
    EXPECT_TRUE(eventually([] { return state_of("early") == "running"; }));
    EXPECT_EQ(status_of("early")["profile"], "early");
    EXPECT_EQ(mcpctl({"status", "early-2"}).status, 4);
    EXPECT_EQ(mcpctl({"status", "twice"}).status, 4) << "it had an instance that was restored";
    EXPECT_EQ(mcpctl({"status", "echo"}).status, 4) << "it was stopped";
    EXPECT_EQ(mcpctl_json({"list"}).size(), std::size_t(instances) + 1);
}

// Section 5: during system shutdown a death is neither a failure nor a restart.
TEST_F(AfterReboot, DeathsAtTheShutdownWereNoFailures) {
    EXPECT_EQ(deaths_announced(), kept_["deaths"]);
    remember();  // what the next boot is compared with
    let_the_agent_outlive_its_instances();
}

TEST_F(AfterRebootAtLast, WhatWasRestoredIsStoppedLikeAnythingElse) {
    fs::remove(agent_drop_in);
    systemctl({"daemon-reload"});
    stop("i0");
    stop("early");
    EXPECT_EQ(mcpctl_json({"list"}).size(), std::size_t(instances) - 1);
}

}  // namespace
}  // namespace mcpctl::test
