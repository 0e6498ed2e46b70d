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
    server.transport = Transport::streamable_http;
    server.command = {"/usr/bin/node", "server.js", "--port", "{port}"};
    return server;
}

ServerDefinition stdio_server() {
    ServerDefinition server = some_server();
    server.transport = Transport::stdio;
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

TEST(SecretsOfAnInstance, AreTheProfilesAndThoseOfTheServerThatItDoesNotName) {
    InstanceConfig config{some_server(), some_profile()};
    config.server.secrets = {{"api-key", "API_KEY"}, {"tls-key", ""}};
    config.profile.secrets = {{"api-key", "OTHER_KEY"}};
    const std::vector<SecretUse> expected{{"api-key", "OTHER_KEY"}, {"tls-key", ""}};
    EXPECT_EQ(config.secrets(), expected);
    EXPECT_TRUE(validate(config));
}

TEST(SecretsOfAnInstance, GiveAVariableOneSource) {
    InstanceConfig config{some_server(), some_profile()};
    config.server.secrets = {{"api-key", "API_KEY"}};
    config.profile.env = {{"API_KEY", "plain"}};
    ASSERT_FALSE(validate(config));
    EXPECT_EQ(validate(config).error().field, "secrets");
    EXPECT_EQ(validate(config).error().reason, "the variable API_KEY of the secret api-key is set already");
    config.profile.env = {};
    config.profile.secrets = {{"second", "API_KEY"}};
    EXPECT_FALSE(validate(config));
    config.profile.secrets = {{"second", "SECOND"}};
    EXPECT_TRUE(validate(config));
}

// Its variables are everybody's who may ask the engine.
TEST(SecretsOfAnInstance, ReachAContainerAsFilesOnly) {
    InstanceConfig config{some_server(), some_profile()};
    config.server.image = "a/b:1";
    config.profile.runtime = RuntimeKind::docker;
    EXPECT_TRUE(validate(config));
    config.server.secrets = {{"api-key", ""}};
    EXPECT_TRUE(validate(config));
    config.profile.secrets = {{"tls-key", "TLS_KEY"}};
    ASSERT_FALSE(validate(config));
    EXPECT_EQ(validate(config).error().field, "secrets");
    EXPECT_EQ(validate(config).error().hint, "leave env away, and have the server read /run/secrets/tls-key");
}

TEST(SecretsOfAnInstance, AreLimitedTogether) {
    InstanceConfig config{some_server(), some_profile()};
    for (int i = 0; i < 32; ++i) {
        config.server.secrets.push_back({"s" + std::to_string(i), ""});
    }
    EXPECT_TRUE(validate(config.server));
    EXPECT_TRUE(validate(config));
    config.profile.secrets = {{"one-more", ""}};
    EXPECT_EQ(validate(config).error().field, "secrets");
    config.server.secrets.push_back({"s32", ""});
    EXPECT_EQ(validate(config.server).error().field, "secrets");
}

TEST(SecretsOfADefinition, HavePlainNamesAndVariablesThatMayBeSet) {
    const auto with = [](std::vector<SecretUse> secrets) {
        return field_after([&](ServerDefinition& server) { server.secrets = std::move(secrets); });
    };
    EXPECT_EQ(with({{"api-key", "API_KEY"}, {"b", ""}}), "valid");
    for (const char* name : {"", "../x", "a/b", "a:b", "A", "a b", "a\nb", "-a"}) {
        EXPECT_EQ(with({{"fine", ""}, {name, ""}}), "secrets[1].name") << name;
    }
    EXPECT_EQ(with({{"a", "A"}, {"a", "B"}}), "secrets[1].name");
    for (const char* variable : {"1A", "A-B", "A=B", "LD_PRELOAD", "PORT", "CREDENTIALS_DIRECTORY", "A\n"}) {
        EXPECT_EQ(with({{"a", variable}}), "secrets[0].env") << variable;
    }
    EXPECT_EQ(profile_field_after([](ProfileDefinition& profile) { profile.secrets = {{"x/y", ""}}; }),
              "secrets[0].name");
}

TEST(Endpoint, HasThePathOfTheTransport) {
    Instance instance;
    instance.port = 26270;
    instance.config.server.transport = Transport::streamable_http;
    EXPECT_EQ(instance.endpoint(), "http://127.0.0.1:26270/mcp");
    instance.config.server.transport = Transport::sse;
    EXPECT_EQ(instance.endpoint(), "http://127.0.0.1:26270/sse");
    instance.config.server.path = "/a/b";
    EXPECT_EQ(instance.endpoint(), "http://127.0.0.1:26270/a/b");
}

TEST(StdioServers, AreGivenNoPort) {
    InstanceConfig config{stdio_server(), some_profile()};
    config.profile.args = {"{port}"};
    const std::vector<std::string> expected{"/usr/bin/node", "server.js", "--port", "{port}", "{port}"};
    EXPECT_EQ(config.argv(26270), expected);
    EXPECT_FALSE(config.environment(26270).contains("PORT"));
    Instance instance;
    instance.config = config;
    EXPECT_EQ(instance.endpoint(), "");
}

TEST(StdioServers, HaveNeitherPortNorPath) {
    EXPECT_EQ(field_after([](auto& s) { s.transport = Transport::stdio; }), "valid");
    for (const int port : {1, 1023, 26270}) {
        EXPECT_EQ(field_after([&](auto& s) {
                      s.transport = Transport::stdio;
                      s.port = std::uint16_t(port);
                  }),
                  "port");
    }
    EXPECT_EQ(field_after([](auto& s) { s.transport = Transport::stdio, s.path = "/mcp"; }), "path");
}

TEST(Networks, FollowTheTransportUnlessTheProfileSays) {
    InstanceConfig stdio{stdio_server(), some_profile()};
    InstanceConfig http{some_server(), some_profile()};
    EXPECT_EQ(stdio.network(), Network::full);
    EXPECT_EQ(http.network(), Network::loopback);
    for (const Network network : {Network::none, Network::loopback, Network::full}) {
        stdio.profile.sandbox.network = http.profile.sandbox.network = network;
        EXPECT_EQ(stdio.network(), network);
        EXPECT_EQ(http.network(), network);
        EXPECT_TRUE(validate(stdio));
        EXPECT_EQ(validate(http).has_value(), network != Network::none);
    }
}

TEST(ServerDefinitions, NeedAProgramThatPid1TakesAsItIs) {
    for (const char* program : {"/usr/bin/node", "node", "python3.13", "g++", "/opt/x-1/bin/@y", "/opt/grün/a"}) {
        EXPECT_EQ(field_after([&](auto& s) { s.command = {program}; }), "valid") << program;
    }
    for (const char* program : {"",
                                "/opt/a;b",
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
    EXPECT_EQ(profile_field_after([](auto& p) { p.health.interval = 1s; }), "valid");
    EXPECT_EQ(profile_field_after([](auto& p) { p.health.interval = 999ms; }), "health.interval");
    EXPECT_EQ(profile_field_after([](auto& p) { p.health.timeout = 99ms; }), "health.timeout");
    EXPECT_EQ(profile_field_after([](auto& p) { p.health.failure_threshold = 0; }), "health.failureThreshold");
    EXPECT_EQ(profile_field_after([](auto& p) { p.health.failure_threshold = 1001; }), "health.failureThreshold");
    EXPECT_EQ(profile_field_after([](auto& p) { p.health.unhealthy_after = 999ms; }), "health.unhealthyAfter");
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

TEST(ProfileDefinitions, BoundProcessesOfStdioServers) {
    EXPECT_EQ(profile_field_after([](auto& p) { p.standby = 0; }), "valid");
    EXPECT_EQ(profile_field_after([](auto& p) { p.standby = 64; }), "valid");
    EXPECT_EQ(profile_field_after([](auto& p) { p.standby = 65; }), "standby");
    EXPECT_EQ(profile_field_after([](auto& p) { p.standby = 0, p.max_sessions = 1; }), "valid");
    EXPECT_EQ(profile_field_after([](auto& p) { p.max_sessions = 1024; }), "valid");
    EXPECT_EQ(profile_field_after([](auto& p) { p.max_sessions = 1025; }), "maxSessions");
    EXPECT_EQ(profile_field_after([](auto& p) { p.standby = 0, p.max_sessions = 0; }), "maxSessions");
    EXPECT_EQ(profile_field_after([](auto& p) { p.standby = p.max_sessions = 4; }), "valid");
    EXPECT_EQ(profile_field_after([](auto& p) { p.standby = 5, p.max_sessions = 4; }), "standby");
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

TEST(InstanceConfigs, RefuseWithHttpWhatOnlyStdioServersHave) {
    const auto field_of = [](const ServerDefinition& server, const std::function<void(ProfileDefinition&)>& change) {
        InstanceConfig config{server, some_profile()};
        change(config.profile);
        const auto checked = validate(config);
        return checked ? "valid" : checked.error().field;
    };
    const std::vector<std::pair<std::string, std::function<void(ProfileDefinition&)>>> changes{
        {"standby", [](auto& p) { p.standby = 2; }},
        {"standby", [](auto& p) { p.standby = 0; }},
        {"maxSessions", [](auto& p) { p.max_sessions = 127; }},
        {"sandbox.network", [](auto& p) { p.sandbox.network = Network::none; }}};
    ServerDefinition sse = some_server();
    sse.transport = Transport::sse;
    for (const auto& [field, change] : changes) {
        EXPECT_EQ(field_of(some_server(), change), field);
        EXPECT_EQ(field_of(sse, change), field);
        EXPECT_EQ(field_of(stdio_server(), change), "valid") << field;
    }
}

ServerDefinition image_server() {
    ServerDefinition server = some_server();
    server.command.clear();
    server.image = "ghcr.io/owner/server:1.0";
    server.args = {"--port", "{port}"};
    return server;
}

ProfileDefinition container_profile() {
    ProfileDefinition profile = some_profile();
    profile.runtime = RuntimeKind::docker;
    return profile;
}

TEST(ServerDefinitions, RunACommandOrAnImageOrBoth) {
    EXPECT_TRUE(validate(image_server()));
    EXPECT_EQ(field_after([](auto& s) { s.image = "localhost:5000/a/b@sha256:0a1b"; }), "valid");
    EXPECT_EQ(field_after([](auto& s) { s.args = {"x"}; }), "run.args");
    for (const char* image : {"-v", "/x", "a//b", "a b", "a\nb", "a\"b", "../x", "a:", "$(x)"}) {
        EXPECT_EQ(field_after([&](auto& s) { s.image = image; }), "run.image") << image;
    }
    EXPECT_EQ(field_after([](auto& s) {
                  s.image = "a";
                  s.args = {"ok", "no\n"};
              }),
              "run.args[1]");
}

TEST(ProfileDefinitions, RunAsNobodyButOrdinaryUsersByName) {
    const auto field_of = [](const std::string& user) {
        ProfileDefinition profile = some_profile();
        profile.user = user;
        const auto checked = validate(profile);
        return checked ? "valid" : checked.error().field;
    };
    for (const char* user : {"dynamic", "alice", "_apt", "Alice-2", "a_b"}) {
        EXPECT_EQ(field_of(user), "valid") << user;
    }
    for (const char* user : {"", "root", "0", "1000", "-a", "a b", "a.b", "alice$", "a\nUser=root", "\xc3\xa4"}) {
        EXPECT_EQ(field_of(user), "user") << user;
    }
    EXPECT_EQ(field_of(std::string(31, 'a')), "valid");
    EXPECT_EQ(field_of(std::string(32, 'a')), "user");
}

TEST(InstanceConfigs, NeedWhatTheirRuntimeRuns) {
    const auto field_of = [](const ServerDefinition& server, const ProfileDefinition& profile) {
        const auto checked = validate(InstanceConfig{server, profile});
        return checked ? "valid" : checked.error().field;
    };
    EXPECT_EQ(field_of(image_server(), container_profile()), "valid");
    EXPECT_EQ(field_of(image_server(), some_profile()), "runtime");
    EXPECT_EQ(field_of(some_server(), container_profile()), "runtime");
    const auto refused = [&](const std::function<void(ProfileDefinition&)>& change) {
        ProfileDefinition profile = container_profile();
        change(profile);
        return field_of(image_server(), profile);
    };
    EXPECT_EQ(refused([](auto& p) { p.engine = "podman"; }), "valid");
    EXPECT_EQ(refused([](auto& p) { p.sandbox.network = Network::loopback; }), "sandbox.network");
    EXPECT_EQ(refused([](auto& p) { p.sandbox.network = Network::none; }), "sandbox.network");
    EXPECT_EQ(refused([](auto& p) { p.sandbox.jit = false; }), "sandbox.jit");
    EXPECT_EQ(refused([](auto& p) { p.user = "alice"; }), "user");
    ProfileDefinition native = some_profile();
    native.engine = "docker";
    EXPECT_EQ(field_of(some_server(), native), "engine");
    native = some_profile();
    native.pull = Pull::never;
    EXPECT_EQ(field_of(some_server(), native), "pull");
}

TEST(InstanceConfigs, GiveAContainerTheArgumentsForItsEntryPoint) {
    ServerDefinition server = image_server();
    server.command = {"/usr/bin/node"};
    ProfileDefinition profile = container_profile();
    profile.args = {"-v"};
    EXPECT_EQ((InstanceConfig{server, profile}).argv(26270), (std::vector<std::string>{"--port", "26270", "-v"}));
    EXPECT_EQ((InstanceConfig{server, profile}).network(), Network::full);
}

TEST(InstanceConfigs, BelongTogether) {
    InstanceConfig config{some_server(), some_profile()};
    config.profile.server = "other";
    ASSERT_FALSE(validate(config));
    EXPECT_EQ(validate(config).error().field, "server");
}

}  // namespace
}  // namespace mcpctl
