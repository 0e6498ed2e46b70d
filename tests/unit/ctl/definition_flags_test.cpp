#include "ctl/definition_flags.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

namespace mcpctl::ctl {
namespace {

using nlohmann::json;

TEST(ServerFlags, BecomeADefinition) {
    ServerFlags flags;
    flags.name = "everything";
    flags.transport = "streamable-http";
    flags.env = {"A=1", "B=x=y"};
    flags.port = 8080;
    flags.command = {"node", "s.js", "[1,2]", "{port}"};
    const auto definition = definition_from(flags);
    ASSERT_TRUE(definition);
    EXPECT_EQ(definition->name, "everything");
    EXPECT_EQ(json::parse(definition->json), json::parse(R"({
        "name": "everything", "transport": "streamable-http", "run": {"command": ["node", "s.js", "[1,2]", "{port}"]},
        "port": 8080, "env": {"A": "1", "B": "x=y"}})"));
}

TEST(ServerFlags, RefuseAnEnvironmentWithoutAName) {
    for (const char* assignment : {"A", "=1", ""}) {
        ServerFlags flags;
        flags.env = {assignment};
        const auto definition = definition_from(flags);
        ASSERT_FALSE(definition) << assignment;
        EXPECT_EQ(definition.error().code, ErrorCode::InvalidArgument);
        EXPECT_EQ(definition.error().field, "--env");
    }
}

TEST(ServerFlags, RefuseBytesThatJsonCannotCarry) {
    ServerFlags flags;
    flags.command = {"\xff"};
    ASSERT_FALSE(definition_from(flags));
    EXPECT_EQ(definition_from(flags).error().code, ErrorCode::InvalidArgument);
}

TEST(ProfileFlags, BecomeADefinition) {
    ProfileFlags flags;
    flags.name = "small";
    flags.server = "everything";
    flags.args = {"--verbose"};
    flags.secrets = {"api-key=API_KEY", "tls-key"};
    flags.user = "alice";
    flags.memory = "512M";
    flags.cpu = 0.5;
    flags.tasks = 64;
    flags.restart = "always";
    flags.health_interval = "30s";
    flags.health_timeout = "500ms";
    flags.failure_threshold = 5;
    flags.unhealthy_after = "10m";
    flags.on_unhealthy = "restart";
    flags.drain_timeout = "1m30s";
    flags.start_timeout = "0.5";
    flags.standby = 0;
    flags.max_sessions = 16;
    flags.network = "full";
    flags.read_paths = {"/srv"};
    flags.no_jit = true;
    flags.autostart = true;
    const auto definition = definition_from(flags);
    ASSERT_TRUE(definition);
    EXPECT_EQ(json::parse(definition->json), json::parse(R"({
        "name": "small", "server": "everything", "user": "alice", "args": ["--verbose"],
        "secrets": [{"name": "api-key", "env": "API_KEY"}, {"name": "tls-key"}],
        "limits": {"memory": 536870912, "cpu": 0.5, "tasks": 64}, "restart": {"policy": "always"},
        "health": {"interval": 30, "timeout": 0.5, "failureThreshold": 5, "unhealthyAfter": 600,
                   "onUnhealthy": "restart"},
        "drainTimeout": 90, "startTimeout": 0.5, "standby": 0, "maxSessions": 16,
        "sandbox": {"network": "full", "readPaths": ["/srv"], "jit": false}, "autostart": true})"));
}

TEST(ProfileFlags, LeaveWhatWasNotSaidToTheAgent) {
    ProfileFlags flags;
    flags.name = "small";
    flags.server = "everything";
    EXPECT_EQ(json::parse(definition_from(flags)->json), json::parse(R"({"name": "small", "server": "everything"})"));
}

TEST(ProfileFlags, NameTheFlagThatIsWrong) {
    ProfileFlags flags;
    flags.max_drain_timeout = "soon";
    EXPECT_EQ(definition_from(flags).error().field, "--max-drain-timeout");
    flags.max_drain_timeout = "";
    flags.memory = "lots";
    EXPECT_EQ(definition_from(flags).error().field, "--memory");
}

TEST(Size, TakesBytesAndBinarySuffixes) {
    EXPECT_EQ(parse_size("1048576", "f"), 1048576U);
    EXPECT_EQ(parse_size("4K", "f"), 4096U);
    EXPECT_EQ(parse_size("2G", "f"), 2ULL << 30U);
    EXPECT_EQ(parse_size("1T", "f"), 1ULL << 40U);
    for (const char* text : {"", "M", "-1", "1.5G", "10MB", "99999999999T", " 1", "18446744073709551616"}) {
        EXPECT_FALSE(parse_size(text, "f")) << text;
    }
}

class DefinitionFile : public ::testing::Test {
  protected:
    std::string write(const std::string& text) {
        std::ofstream(path_) << text;
        return path_;
    }
    ~DefinitionFile() override { std::remove(path_.c_str()); }

    std::string path_ = ::testing::TempDir() + "definition." + std::to_string(::getpid()) + ".json";
};

TEST_F(DefinitionFile, IsPassedOnAsItStands) {
    const std::string text = "{ \"name\": \"x\",\n \"unknown\": 1 }";
    const auto definition = definition_from_file(write(text));
    ASSERT_TRUE(definition);
    EXPECT_EQ(definition->name, "x");
    EXPECT_EQ(definition->json, text);
}

TEST_F(DefinitionFile, TellsWhereItIsNotJson) {
    const auto definition = definition_from_file(write("{\n \"name\": x}"));
    ASSERT_FALSE(definition);
    EXPECT_NE(definition.error().reason.find("line 2"), std::string::npos) << definition.error().reason;
}

TEST_F(DefinitionFile, NeedsAName) {
    EXPECT_FALSE(definition_from_file(write("[1]")));
    EXPECT_FALSE(definition_from_file(write("{\"name\": 1}")));
}

TEST_F(DefinitionFile, IsBounded) {
    const auto definition = definition_from_file(write(std::string(300'000, ' ')));
    ASSERT_FALSE(definition);
    EXPECT_NE(definition.error().reason.find("256 KiB"), std::string::npos);
}

TEST(MissingDefinitionFile, IsAUsageError) {
    EXPECT_EQ(definition_from_file("/nonexistent").error().code, ErrorCode::InvalidArgument);
}

}  // namespace
}  // namespace mcpctl::ctl
