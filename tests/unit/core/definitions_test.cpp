#include "agent/core/definitions.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "agent/core/instance.hpp"

namespace mcpctl {
namespace {

using namespace std::chrono_literals;

ServerDefinition some_server() {
    ServerDefinition server;
    server.name = "everything";
    server.command = {"/usr/bin/node", "server.js", "--port", "{port}"};
    return server;
}

ProfileDefinition some_profile() {
    ProfileDefinition profile;
    profile.name = "work";
    profile.server = "everything";
    return profile;
}

// The field of the error after one change to a valid definition; "valid" when there is none.
std::string field_after(const std::function<void(ServerDefinition&)>& change) {
    ServerDefinition server = some_server();
    change(server);
    const auto checked = validate(server);
    return checked ? "valid" : checked.error().field;
}

std::string profile_field_after(const std::function<void(ProfileDefinition&)>& change) {
    ProfileDefinition profile = some_profile();
    change(profile);
    const auto checked = validate(profile);
    return checked ? "valid" : checked.error().field;
}

TEST(Definitions, WithDefaultsAreValid) {
    EXPECT_TRUE(validate(some_server()));
    EXPECT_TRUE(validate(some_profile()));
    EXPECT_TRUE(validate(InstanceConfig{some_server(), some_profile()}));
}

TEST(ArgumentVector, HasThePortInEveryPlaceAndTheProfilesArgumentsLast) {
    InstanceConfig config{some_server(), some_profile()};
    config.profile.args = {"http://localhost:{port}/{port}", "{por}", "{port"};
    const std::vector<std::string> expected{
        "/usr/bin/node", "server.js", "--port", "26270", "http://localhost:26270/26270", "{por}", "{port"};
    EXPECT_EQ(config.argv(26270), expected);
}

TEST(InstanceEnvironment, IsTheServersOverlaidByTheProfilesWithPort) {
    InstanceConfig config{some_server(), some_profile()};
    config.server.env = {{"A", "server"}, {"B", "server"}};
    config.profile.env = {{"B", "profile"}, {"C", "profile"}};
    const Environment expected{{"A", "server"}, {"B", "profile"}, {"C", "profile"}, {"PORT", "26270"}};
    EXPECT_EQ(config.environment(26270), expected);
}

TEST(Endpoint, HasThePathOfTheTransport) {
    Instance instance;
    instance.port = 26270;
    EXPECT_EQ(instance.endpoint(), "http://127.0.0.1:26270/mcp");
    instance.config.server.transport = Transport::sse;
    EXPECT_EQ(instance.endpoint(), "http://127.0.0.1:26270/sse");
    instance.config.server.path = "/a/b";
    EXPECT_EQ(instance.endpoint(), "http://127.0.0.1:26270/a/b");
}

TEST(ServerDefinitions, NeedAProgramThatPid1TakesAsItIs) {
    for (const char* program : {"/usr/bin/node", "node", "python3.13", "g++", "/opt/x-1/bin/@y", "/opt/grün/a"}) {
        EXPECT_EQ(field_after([&](auto& s) { s.command = {program}; }), "valid") << program;
    }
    for (const char* program : {"",
                                "/",
                                "bin/node",
                                "./node",
                                "../node",
                                "-node",
                                "+node",
                                "!node",
                                ":node",
                                "@node",
                                "|node",
                                "/usr//bin/node",
                                "/usr/../bin/node",
                                "/usr/./bin/node",
                                "/usr/bin/",
                                "/opt/a b",
                                "a b",
                                "no\nde",
                                "/usr/bin/no\\de",
                                "/opt/a%b",
                                "/opt/\"a\"",
                                ".",
                                "..",
                                "node\xff"}) {
        EXPECT_EQ(field_after([&](auto& s) { s.command = {program}; }), "run.command[0]") << program;
    }
    EXPECT_EQ(field_after([](auto& s) { s.command.clear(); }), "run.command");
}

TEST(ServerDefinitions, BoundArgumentsInNumberAndSize) {
    EXPECT_EQ(field_after([](auto& s) { s.command.emplace_back("a\\b $HOME %n \"x\""); }), "valid");
    EXPECT_EQ(field_after([](auto& s) { s.command.emplace_back(64 * 1024, 'x'); }), "valid");
    EXPECT_EQ(field_after([](auto& s) { s.command.emplace_back(64 * 1024 + 1, 'x'); }), "run.command[4]");
    EXPECT_EQ(field_after([](auto& s) { s.command[2] = "x\n"; }), "run.command[2]");
    EXPECT_EQ(field_after([](auto& s) { s.command.resize(512, "x"); }), "valid");
    EXPECT_EQ(field_after([](auto& s) { s.command.resize(513, "x"); }), "run.command");
}

// F1: a newline in a property becomes lines of the unit file.
TEST(ServerDefinitions, RefuseWhatWouldBecomeUnitFileLines) {
    for (const char* text : {"x\nUser=root", "x\r", "x\\", "\x1b[2J", "\xff"}) {
        EXPECT_EQ(field_after([&](auto& s) { s.name = text; }), "name");
        EXPECT_EQ(field_after([&](auto& s) { s.description = text; }), "description");
        EXPECT_EQ(field_after([&](auto& s) { s.version = text; }), "version");
        EXPECT_EQ(field_after([&](auto& s) { s.path = std::string("/") + text; }), "path");
    }
    EXPECT_EQ(field_after([](auto& s) { s.description = std::string(1024, 'x'); }), "valid");
    EXPECT_EQ(field_after([](auto& s) { s.description = std::string(1025, 'x'); }), "description");
}

TEST(ServerDefinitions, CannotSetVariablesThatChangeTheLoaderOrBelongToPid1) {
    for (const char* name : {"LD_PRELOAD", "LD_LIBRARY_PATH", "LD_", "NOTIFY_SOCKET", "LISTEN_FDS", "LISTEN_PID",
                             "CREDENTIALS_DIRECTORY", "PORT", "INVOCATION_ID", "JOURNAL_STREAM", "STATE_DIRECTORY",
                             "CACHE_DIRECTORY", "MAINPID", "WATCHDOG_USEC", "GLIBC_TUNABLES"}) {
        EXPECT_EQ(field_after([&](auto& s) { s.env[name] = "x"; }), std::string("env.") + name);
        EXPECT_EQ(profile_field_after([&](auto& p) { p.env[name] = "x"; }), std::string("env.") + name);
    }
    for (const char* name : {"TOKEN", "_x1", "PORTAL", "XLD_PRELOAD", "HOME", "PATH"}) {
        EXPECT_EQ(field_after([&](auto& s) { s.env[name] = "x\\n $HOME"; }), "valid") << name;
    }
}

TEST(ServerDefinitions, CheckNamesAndValuesOfVariables) {
    for (const char* name : {"", "1A", "A B", "A=B", "A\nB", "Ä", "A-B"}) {
        EXPECT_EQ(field_after([&](auto& s) { s.env[name] = "x"; }), "env") << name;
    }
    EXPECT_EQ(field_after([](auto& s) { s.env[std::string(255, 'A')] = ""; }), "valid");
    EXPECT_EQ(field_after([](auto& s) { s.env[std::string(256, 'A')] = ""; }), "env");
    EXPECT_EQ(field_after([](auto& s) { s.env["A"] = "x\ny"; }), "env.A");
    EXPECT_EQ(field_after([](auto& s) {
                  for (int i = 0; i < 257; ++i) {
                      s.env["A" + std::to_string(i)] = "";
                  }
              }),
              "env");
}

TEST(ServerDefinitions, TakeUnprivilegedPortsAndPlainPathsOnly) {
    EXPECT_EQ(field_after([](auto& s) { s.port = 1024; }), "valid");
    EXPECT_EQ(field_after([](auto& s) { s.port = 65535; }), "valid");
    EXPECT_EQ(field_after([](auto& s) { s.port = 1023; }), "port");
    for (const char* path : {"/", "/mcp", "/a/b.c~d/%20:@!$&'()*+,;="}) {
        EXPECT_EQ(field_after([&](auto& s) { s.path = path; }), "valid") << path;
    }
    for (const char* path : {"mcp", "/a b", "/a?b", "/a#b", "/%2", "/%zz", "/ä", "/<"}) {
        EXPECT_EQ(field_after([&](auto& s) { s.path = path; }), "path") << path;
    }
}

TEST(ProfileDefinitions, BoundLimits) {
    EXPECT_EQ(profile_field_after([](auto& p) { p.limits = {1 << 20, 0.5, 1}; }), "valid");
    EXPECT_EQ(profile_field_after([](auto& p) { p.limits.memory = (1 << 20) - 1; }), "limits.memory");
    // PID 1 takes the highest number for "no limit".
    EXPECT_EQ(profile_field_after([](auto& p) { p.limits.memory = UINT64_MAX; }), "limits.memory");
    EXPECT_EQ(profile_field_after([](auto& p) { p.limits.tasks = UINT64_MAX; }), "limits.tasks");
    EXPECT_EQ(profile_field_after([](auto& p) { p.limits.tasks = 0; }), "limits.tasks");
    for (const double cpu : {0.0, -1.0, 1025.0, double(NAN), std::numeric_limits<double>::infinity()}) {
        EXPECT_EQ(profile_field_after([&](auto& p) { p.limits.cpu = cpu; }), "limits.cpu") << cpu;
    }
}

TEST(ProfileDefinitions, BoundTheRestartPolicy) {
    EXPECT_EQ(profile_field_after([](auto& p) { p.restart.initial_delay = 100ms; }), "valid");
    EXPECT_EQ(profile_field_after([](auto& p) { p.restart.initial_delay = 99ms; }), "restart.initialDelay");
    EXPECT_EQ(profile_field_after([](auto& p) { p.restart.max_delay = 999ms; }), "restart.maxDelay");
    EXPECT_EQ(profile_field_after([](auto& p) { p.restart.max_attempts = 0; }), "restart.maxAttempts");
    EXPECT_EQ(profile_field_after([](auto& p) { p.restart.max_attempts = 1001; }), "restart.maxAttempts");
    EXPECT_EQ(profile_field_after([](auto& p) { p.restart.reset_after = 999ms; }), "restart.resetAfter");
}

TEST(ProfileDefinitions, NameTheSettingThatALongDrainNeeds) {
    ProfileDefinition profile = some_profile();
    profile.drain_timeout = 2min;
    const auto checked = validate(profile);
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().field, "drainTimeout");
    EXPECT_EQ(checked.error().reason, "drainTimeout (2m) is longer than maxDrainTimeout (1m30s)");
    EXPECT_EQ(profile_field_after([](auto& p) { p.drain_timeout = p.max_drain_timeout = 1h; }), "valid");
    EXPECT_EQ(profile_field_after([](auto& p) { p.drain_timeout = p.max_drain_timeout = 0s; }), "valid");
    EXPECT_EQ(profile_field_after([](auto& p) { p.max_drain_timeout = 1h + 1ms; }), "maxDrainTimeout");
    EXPECT_EQ(profile_field_after([](auto& p) { p.start_timeout = 999ms; }), "startTimeout");
}

TEST(ProfileDefinitions, BindOnlyPathsThatSurviveInAUnitFile) {
    for (const char* path :
         {"/home/me/notes", "/srv/a-b_c.d+e,f@g", "/home/grün", "/run/lock", "/procedures", "/etc"}) {
        EXPECT_EQ(profile_field_after([&](auto& p) { p.sandbox.read_paths = {path}; }), "valid") << path;
    }
    for (const char* path : {"", "a", "./a", "/a/", "/a//b", "/a/../b", "/a/.", "/a b", "/a:b", "/a\tb", "/a\"b",
                             "/a'b", "/a%b", "/a\\b", "/a\nb", "//"}) {
        EXPECT_EQ(profile_field_after([&](auto& p) { p.sandbox.write_paths = {"/srv", path}; }),
                  "sandbox.writePaths[1]")
            << path;
    }
    EXPECT_EQ(profile_field_after([](auto& p) { p.sandbox.read_paths = {"/" + std::string(4095, 'x')}; }),
              "sandbox.readPaths[0]");
}

TEST(ProfileDefinitions, BindNothingThatLeadsOutOfTheSandbox) {
    for (const char* path :
         {"/", "/proc", "/proc/1", "/sys", "/dev", "/dev/kmsg", "/run/docker.sock", "/run/podman/podman.sock",
          "/run/mcpctl", "/run/systemd/private", "/run/dbus/system_bus_socket", "/var/lib/mcpctl",
          "/var/lib/mcpctl/store.db", "/run", "/var", "/var/lib", "/var/run", "/var/run/docker.sock"}) {
        EXPECT_EQ(profile_field_after([&](auto& p) { p.sandbox.read_paths = {path}; }), "sandbox.readPaths[0]") << path;
    }
}

// F4: more than 1 MiB of arguments breaks the unit at the next reload.
TEST(InstanceConfigs, BoundArgumentsAndEnvironmentTogether) {
    InstanceConfig config{some_server(), some_profile()};
    config.server.command = {"x", std::string(60 * 1024, 'x')};
    config.profile.env = {{"A", std::string(60 * 1024, 'x')}};
    EXPECT_TRUE(validate(config));
    config.profile.args = {std::string(10 * 1024, 'x')};
    const auto checked = validate(config);
    ASSERT_FALSE(checked);
    EXPECT_NE(checked.error().reason.find("131072"), std::string::npos) << checked.error().reason;
}

TEST(InstanceConfigs, BelongTogether) {
    InstanceConfig config{some_server(), some_profile()};
    config.profile.server = "other";
    ASSERT_FALSE(validate(config));
    EXPECT_EQ(validate(config).error().field, "server");
}

}  // namespace
}  // namespace mcpctl
