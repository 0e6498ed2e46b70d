// Instances in containers, on the real Docker Engine and on Podman (M01, M02, M03, M13, M14), checked against what the
// engines say themselves.
#include <filesystem>
#include <fstream>

#include "tests/system/support/containers.hpp"

namespace mcpctl::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

namespace fs = std::filesystem;

class Containers : public OnEachEngine {};

INSTANTIATE_TEST_SUITE_P(Engines, Containers, engines, name_of_engine);

// M01
TEST_P(Containers, AStartMakesAContainerThatTheEngineKnows) {
    define_in_container("boxed");
    const Json boxed = start("boxed");
    EXPECT_EQ(boxed["state"], "running");
    EXPECT_EQ(boxed["runtime"], "docker");
    EXPECT_EQ(boxed["engine"], tool());
    ASSERT_THAT(containers(), ElementsAre(container_of("boxed")));
    const Json container = inspect(container_of("boxed"));
    EXPECT_EQ(boxed["runtimeId"], container["Id"]);
    EXPECT_THAT(container.value("Image", ""), HasSubstr(boxed.value("imageId", "none").substr(7)));
    EXPECT_EQ(container["State"]["Status"], "running");
    EXPECT_EQ(status_of("boxed")["workloads"][0]["pid"], container["State"]["Pid"]);
    const Json labels = container["Config"]["Labels"];
    EXPECT_EQ(labels["org.mcpctl.managed"], "true");
    EXPECT_EQ(labels["org.mcpctl.instance"], boxed["id"]);
    EXPECT_EQ(labels["org.mcpctl.generation"], "1");
    EXPECT_EQ(labels["org.mcpctl.profile"], "boxed");
    EXPECT_EQ(McpClient(boxed["endpoint"]).call("echo", {{"text", "hello"}})["content"][0]["text"], "hello");
}

// M01
TEST_P(Containers, AContainerMayDoNoMoreThanItMust) {
    define_in_container("boxed");
    const Json boxed = start("boxed");
    const Json container = inspect(container_of("boxed"));
    const Json host = container["HostConfig"];
    EXPECT_EQ(host["Privileged"], false);
    EXPECT_EQ(host["ReadonlyRootfs"], true);
    EXPECT_THAT(host["SecurityOpt"].dump(), HasSubstr("no-new-privileges"));
    EXPECT_THAT(host["RestartPolicy"]["Name"].dump(), ::testing::AnyOf("\"no\"", "\"\""));
    const std::string port = std::to_string(boxed.value("port", 0));
    const Json published = host["PortBindings"];
    ASSERT_EQ(published.size(), 1U);
    EXPECT_EQ(published[port + "/tcp"][0]["HostIp"], "127.0.0.1");
    EXPECT_EQ(published[port + "/tcp"][0]["HostPort"], port);
    std::ifstream status("/proc/" + std::to_string(container["State"].value("Pid", 0)) + "/status");
    const std::string of_process{std::istreambuf_iterator<char>(status), {}};
    EXPECT_THAT(of_process, HasSubstr("CapBnd:\t0000000000000000"));
    EXPECT_THAT(of_process, HasSubstr("NoNewPrivs:\t1"));
    EXPECT_THAT(of_process, HasSubstr("Seccomp:\t2"));
}

// M03
TEST_P(Containers, ARestartIsANewContainerOnTheSamePortAndTheOldOneIsGone) {
    define_in_container("boxed");
    const Json before = start("boxed");
    const std::string old_container = container_of("boxed");
    const Json after = mcpctl_json({"restart", "boxed"});
    EXPECT_EQ(after["id"], before["id"]);
    EXPECT_EQ(after["port"], before["port"]);
    EXPECT_NE(after["runtimeId"], before["runtimeId"]);
    EXPECT_EQ(after["runtimeId"], inspect(container_of("boxed"))["Id"]);
    EXPECT_NE(container_of("boxed"), old_container);
    EXPECT_THAT(containers(), ElementsAre(container_of("boxed")));
}

// M02, M14
TEST_P(Containers, AStopIsSeenAsSigtermAndLeavesNothing) {
    define_in_container("boxed");
    const std::string unit = start("boxed")["unit"];
    const Output stopped = mcpctl({"stop", "boxed", "--yes"});
    EXPECT_EQ(stopped.status, 0) << stopped.err;
    EXPECT_THAT(stopped.out, HasSubstr("after SIGTERM"));
    EXPECT_TRUE(wrote(unit, "received SIGTERM"));
    EXPECT_THAT(containers(), ElementsAre());
    EXPECT_EQ(leftovers(), "");
}

// M14
TEST_P(Containers, SigkillFollowsTheDrainTime) {
    define_in_container("stubborn", {"--ignore-sigterm"});
    start("stubborn");
    const Output stopped = mcpctl({"stop", "stubborn", "--yes", "--drain-timeout", "1s"});
    EXPECT_EQ(stopped.status, 0) << stopped.err;
    EXPECT_THAT(stopped.out, HasSubstr("killed after the drain time of 1s"));
    EXPECT_THAT(containers(), ElementsAre());
}

// B01
TEST_P(Containers, AnAgentThatDiesAndComesBackFindsTheSameContainer) {
    define_in_container("boxed");
    const Json before = start("boxed");
    kill_agent();
    ASSERT_TRUE(eventually([&] { return status_of("boxed")["runtimeId"] == before["runtimeId"]; }));
    EXPECT_EQ(state_of("boxed"), "running");
    EXPECT_EQ(status_of("boxed")["restarts"], 0);
    EXPECT_EQ(inspect(container_of("boxed"))["Id"], before["runtimeId"]);
}

// B01
TEST_P(Containers, WhatEndedWhileTheAgentWasAwayIsToldTruly) {
    define_in_container("boxed", {}, {{"restart", {{"policy", "no"}}}});
    start("boxed");
    const std::string container = container_of("boxed");
    systemctl({"stop", "mcpctl-agent.socket", "mcpctl-agent.service"});
    engine({"kill", "--signal", "KILL", container});
    systemctl({"start", "mcpctl-agent.socket"});
    ASSERT_TRUE(eventually([] { return state_of("boxed") == "failed"; }));
    EXPECT_EQ(status_of("boxed")["reason"], "was killed by SIGKILL");
}

// M13
TEST_P(Containers, OnlyPathsOfTheProfileAreSeenAndNoneThroughASymbolicLink) {
    fs::create_directories("/srv/boxed/in");
    fs::create_directories("/srv/boxed/out");
    std::ofstream("/srv/boxed/in/note") << "read me";
    const Json paths{{"readPaths", {"/srv/boxed/in"}}, {"writePaths", {"/srv/boxed/out"}}};
    define_in_container("boxed", {}, {{"sandbox", paths}});
    start("boxed");
    McpClient client = McpClient::of("boxed");
    EXPECT_EQ(client.data("read_file", {{"path", "/srv/boxed/in/note"}})["content"], "read me");
    client.data("write_file", {{"path", "/srv/boxed/out/answer"}, {"text", "written"}});
    EXPECT_TRUE(fs::exists("/srv/boxed/out/answer"));
    EXPECT_THAT(client.call("write_file", {{"path", "/srv/boxed/in/no"}, {"text", "x"}}).dump(), HasSubstr("rror"));
    stop("boxed");
    // What it was defined with leads elsewhere now.
    fs::rename("/srv/boxed/out", "/srv/boxed/aside");
    fs::create_directory_symlink("/etc", "/srv/boxed/out");
    const Output started = mcpctl({"start", "boxed"});
    EXPECT_EQ(started.status, 1) << started.err;
    EXPECT_THAT(started.err, HasSubstr("/srv/boxed/out cannot be mounted: it leads through a symbolic link to /etc"));
    EXPECT_THAT(containers(), ElementsAre());
    fs::remove_all("/srv/boxed");
}

// B04
TEST_P(Containers, ASessionWithAStdioServerIsAContainerOfItsOwn) {
    define_stdio_in_container("chat");
    start("chat");
    EXPECT_THAT(container_of("chat"), MatchesRegex("mcpctl-[0-9a-f]{32}-1-[0-9a-f]{16}"));
    ASSERT_TRUE(eventually([this] { return containers().size() == 1; }));
    const std::string standby = containers().front();
    const Output called = mcpctl({"call", "chat", "echo", R"({"text": "hello"})"});
    EXPECT_EQ(called.status, 0) << called.err;
    EXPECT_THAT(called.out, HasSubstr("hello"));
    // The session's container goes, and another waits.
    EXPECT_TRUE(eventually([&] {
        const auto left = containers();
        return left.size() == 1 && left.front() != standby;
    }));
    stop("chat");
    EXPECT_THAT(containers(), ElementsAre());
}

}  // namespace
}  // namespace mcpctl::test
