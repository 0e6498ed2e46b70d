// Start, stop and restart as people use them, checked against what systemd says.
#include <set>

#include "tests/system/support/machine_test.hpp"

namespace mcpctl::test {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class Lifecycle : public MachineTest {};

// M01
TEST_F(Lifecycle, AStartMakesAnActiveUnitInASliceOfItsOwn) {
    define_test_server("echo");
    const Json echo = start("echo");
    EXPECT_THAT(echo.value("id", ""), MatchesRegex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"));
    EXPECT_EQ(echo["name"], "echo");
    EXPECT_EQ(echo["profile"], "echo");
    EXPECT_EQ(echo["server"], "echo-server");
    EXPECT_EQ(echo["runtime"], "systemd");
    EXPECT_EQ(echo["state"], "running");
    const std::string unit = echo["unit"];
    EXPECT_EQ(echo["runtimeId"], show(unit, "InvocationID"));
    EXPECT_EQ(show(unit, "ActiveState"), "active");
    const std::string slice = slice_of("echo");
    EXPECT_EQ(show(unit, "Slice"), slice);
    EXPECT_EQ(show(unit, "ControlGroup"), "/mcpctl.slice/" + slice + "/" + unit);
}

// M01
TEST_F(Lifecycle, AStartEndsWhenTheServersOwnProcessAnswersMcp) {
    define_test_server("echo");
    const Json echo = start("echo");
    McpClient client(echo["endpoint"]);
    EXPECT_EQ(client.server_info()["name"], "mcp-test-server");
    EXPECT_EQ(client.call("echo", {{"text", "hello"}})["content"][0]["text"], "hello");
    EXPECT_EQ(client.data("status")["pid"], main_pid_of("echo"));
}

// M01
TEST_F(Lifecycle, ARealServerAnswersMcp) {
    define("everything", {"mcp-server-everything", "streamableHttp"});
    const Json everything = start("everything");
    McpClient client(everything["endpoint"]);
    EXPECT_THAT(client.server_info().dump(), HasSubstr("everything"));
    EXPECT_THAT(client.call("echo", {{"message", "hello"}}).dump(), HasSubstr("hello"));
    const Json restarted = mcpctl_json({"restart", "everything"});
    EXPECT_NE(restarted["runtimeId"], everything["runtimeId"]);
    EXPECT_THAT(McpClient(restarted["endpoint"]).call("echo", {{"message", "again"}}).dump(), HasSubstr("again"));
}

TEST_F(Lifecycle, ASecondInstanceHasANameAndAPortOfItsOwn) {
    define_test_server("echo");
    const Json first = start("echo");
    const Json second = start("echo");
    EXPECT_EQ(second["name"], "echo-2");
    EXPECT_NE(second["port"], first["port"]);
    EXPECT_NE(McpClient(first["endpoint"]).data("status")["pid"], McpClient(second["endpoint"]).data("status")["pid"]);
    EXPECT_EQ(mcpctl_json({"start", "echo", "--name", "third"})["name"], "third");
    const Output taken = mcpctl({"start", "echo", "--name", "third"});
    EXPECT_EQ(taken.status, 1);
    EXPECT_THAT(taken.err, HasSubstr("an instance named third exists"));
}

TEST_F(Lifecycle, AnInstanceIsFoundByNameIdAndPrefixOfItsId) {
    define_test_server("echo");
    const std::string id = start("echo")["id"];
    for (const std::string& reference : {std::string("echo"), id, id.substr(0, 4)}) {
        EXPECT_EQ(status_of(reference)["id"], id) << reference;
    }
}

// M03
TEST_F(Lifecycle, ARestartIsANewUnitOnTheSamePortAfterTheOldOneHasStopped) {
    define_test_server("echo", {"--banner", "kept"});
    const Json before = start("echo");
    const Json after = mcpctl_json({"restart", "echo"});
    EXPECT_EQ(after["id"], before["id"]);
    EXPECT_EQ(after["port"], before["port"]);
    EXPECT_NE(after["runtimeId"], before["runtimeId"]);
    EXPECT_EQ(after["runtimeId"], show(after["unit"], "InvocationID"));
    EXPECT_FALSE(is_loaded(before["unit"]));
    EXPECT_TRUE(eventually([&] { return wrote(after["unit"], "kept"); }));
    EXPECT_TRUE(eventually([&] { return job_done_at(before["unit"], "stop") > 0; }));
    EXPECT_LT(job_done_at(before["unit"], "stop"), job_done_at(after["unit"], "start"));
}

// M03
TEST_F(Lifecycle, ARestartKeepsTheConfigurationUnlessAskedToRefreshIt) {
    define_test_server("echo", {}, {{"env", {{"COLOUR", "red"}}}});
    start("echo");
    const auto colour = [] {
        return McpClient::of("echo").data("environment", {{"names", {"COLOUR"}}})["variables"]["COLOUR"];
    };
    EXPECT_EQ(colour(), "red");
    define_test_server("green");  // a profile of an instance cannot be replaced
    const Output in_use = mcpctl({"profile", "remove", "echo", "--yes"});
    EXPECT_EQ(in_use.status, 1);
    EXPECT_THAT(in_use.err, HasSubstr("echo"));
    mcpctl_json({"restart", "echo"});
    EXPECT_EQ(colour(), "red");
}

TEST_F(Lifecycle, WhatAServerKeepsInItsStateDirectorySurvivesARestart) {
    define_test_server("echo");
    start("echo");
    const std::string file = "/var/lib/mcpctl-profiles/echo/memory";
    EXPECT_EQ(McpClient::of("echo").data("write_file", {{"path", file}, {"text", "kept"}})["bytes"], 4);
    mcpctl_json({"restart", "echo"});
    EXPECT_EQ(McpClient::of("echo").data("read_file", {{"path", file}})["content"], "kept");
}

// M02
TEST_F(Lifecycle, AStopLeavesLogsAndNothingElse) {
    define_test_server("echo", {"--banner", "still-here"});
    const Json echo = start("echo");
    const std::string slice = slice_of("echo");
    const Output stopped = mcpctl({"stop", "echo", "--yes"});
    EXPECT_EQ(stopped.status, 0) << stopped.err;
    EXPECT_THAT(stopped.out, HasSubstr("after SIGTERM"));
    EXPECT_FALSE(is_loaded(echo["unit"]));
    EXPECT_FALSE(is_active(slice));  // any well-formed name of a slice counts as loaded
    EXPECT_EQ(leftovers(), "");
    EXPECT_EQ(mcpctl({"status", "echo"}).status, 4);
    EXPECT_EQ(mcpctl({"stop", "echo", "--yes"}).status, 4);
    EXPECT_TRUE(wrote(echo["unit"], "still-here"));
    EXPECT_TRUE(wrote(echo["unit"], "received SIGTERM"));  // M14
}

// M01
TEST_F(Lifecycle, AnUnknownProfileIsNotFoundAndLeavesNothing) {
    const Output started = mcpctl({"start", "nothing-like-it"});
    EXPECT_EQ(started.status, 4);
    EXPECT_THAT(started.err, HasSubstr("no profile is named nothing-like-it"));
    EXPECT_EQ(leftovers(), "");
}

// M01
TEST_F(Lifecycle, AMalformedRequestIsAUsageErrorAndLeavesNothing) {
    define_test_server("echo");
    EXPECT_EQ(mcpctl({"start"}).status, 2);
    EXPECT_EQ(mcpctl({"start", "echo", "--name", "Not A Name"}).status, 2);
    EXPECT_EQ(mcpctl({"start", "echo", "--no-such-flag"}).status, 2);
    EXPECT_EQ(mcpctl({"server", "add", "-f", "-"}, "{not json").status, 2);
    EXPECT_EQ(leftovers(), "");
}

TEST_F(Lifecycle, TenStartsAtOnceAreTenInstancesOnTenPorts) {
    define_test_server("echo");
    std::vector<Process> starts;
    for (int i = 0; i < 10; ++i) {
        starts.push_back(mcpctl_process({"start", "echo", "-o", "json"}));
    }
    std::set<int> ports;
    for (Process& process : starts) {
        const Output output = process.wait();
        EXPECT_EQ(output.status, 0) << output.err;
        ports.insert(Json::parse(output.out).value("port", 0));
    }
    EXPECT_EQ(ports.size(), 10U);
}

}  // namespace
}  // namespace mcpctl::test
