#include "agent/json/definitions.hpp"

#include <gtest/gtest.h>

#include <format>
#include <string>

namespace mcpctl {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view minimal_server = R"({"name": "everything", "run": {"command": ["node", "server.js"]}})";

ServerDefinition full_server() {
    ServerDefinition server;
    server.name = "everything";
    server.description = "grün \"quoted\"";
    server.version = "1.2.3";
    server.transport = Transport::sse;
    server.command = {"/usr/bin/node", "a\\b", "{port}", ""};
    server.env = {{"A", ""}, {"TOKEN", "x\\y"}};
    server.secrets = {{"api-key", "API_KEY"}, {"tls-key", ""}};
    server.port = 26000;
    server.path = "/events";
    return server;
}

ProfileDefinition full_profile() {
    ProfileDefinition profile;
    profile.name = "work";
    profile.server = "everything";
    profile.user = "alice";
    profile.env = {{"B", "1"}};
    profile.args = {"--verbose"};
    profile.secrets = {{"api-key", "OTHER_KEY"}};
    profile.limits = {512ULL << 20, 1.5, 64};
    profile.restart = {RestartMode::always, 100ms, 5min + 1ms, 3, 1h};
    profile.health = {1min, 2500ms, 5, 10min, OnUnhealthy::restart};
    profile.drain_timeout = 1500ms;
    profile.max_drain_timeout = 10min;
    profile.start_timeout = 90s;
    profile.standby = 3;
    profile.max_sessions = 7;
    profile.sandbox = {Network::full, {"/home/me"}, {"/srv/data", "/srv/more"}, false};
    profile.autostart = true;
    return profile;
}

Error server_error(std::string_view text) {
    const auto parsed = parse_server(text);
    EXPECT_FALSE(parsed) << text;
    return parsed ? Error{} : parsed.error();
}

Error profile_error(const std::string& member) {
    const auto parsed = parse_profile(R"({"name": "p", "server": "s", )" + member + "}");
    EXPECT_FALSE(parsed) << member;
    return parsed ? Error{} : parsed.error();
}

TEST(ServerJson, GivesDefaultsToWhatIsLeftAway) {
    const auto server = parse_server(minimal_server);
    ASSERT_TRUE(server) << server.error().reason;
    ServerDefinition expected;
    expected.name = "everything";
    expected.transport = Transport::stdio;
    expected.command = {"node", "server.js"};
    EXPECT_EQ(*server, expected);
}

TEST(ServerJson, KnowsEveryTransport) {
    for (const auto& [spelling, transport] : {std::pair{"stdio", Transport::stdio},
                                              {"streamable-http", Transport::streamable_http},
                                              {"sse", Transport::sse}}) {
        const auto server =
            parse_server(std::format(R"({{"name": "x", "transport": "{}", "run": {{"command": ["x"]}}}})", spelling));
        ASSERT_TRUE(server) << spelling;
        EXPECT_EQ(server->transport, transport);
        EXPECT_EQ(parse_server(to_json(*server)), server);
    }
    EXPECT_EQ(server_error(R"({"name": "x", "transport": "tcp", "run": {"command": ["x"]}})").hint,
              "one of: stdio, streamable-http, sse");
}

TEST(ServerJson, RefusesAPortOfAStdioServer) {
    EXPECT_EQ(server_error(R"({"name": "x", "run": {"command": ["x"]}, "port": 26000})").field, "port");
    EXPECT_EQ(server_error(R"({"name": "x", "run": {"command": ["x"]}, "path": "/mcp"})").field, "path");
}

TEST(ServerJson, ReadsBackWhatItWrites) {
    EXPECT_EQ(parse_server(to_json(full_server())), full_server());
    const auto minimal = parse_server(minimal_server);
    EXPECT_EQ(parse_server(to_json(*minimal)), minimal);
}

TEST(ProfileJson, ReadsBackWhatItWrites) {
    EXPECT_EQ(parse_profile(to_json(full_profile())), full_profile());
    const auto minimal = parse_profile(R"({"name": "p", "server": "s"})");
    ASSERT_TRUE(minimal);
    EXPECT_EQ(parse_profile(to_json(*minimal)), minimal);
}

TEST(ProfileJson, LeavesTheNetworkToTheTransport) {
    const auto minimal = parse_profile(R"({"name": "p", "server": "s", "sandbox": {"jit": false}})");
    ASSERT_TRUE(minimal);
    EXPECT_EQ(minimal->sandbox.network, std::nullopt);
    EXPECT_EQ(to_json(*minimal).find("network"), std::string::npos);
    for (const char* network : {"none", "loopback", "full"}) {
        const auto profile =
            parse_profile(std::format(R"({{"name": "p", "server": "s", "sandbox": {{"network": "{}"}}}})", network));
        ASSERT_TRUE(profile) << network;
        EXPECT_TRUE(profile->sandbox.network.has_value());
        EXPECT_EQ(parse_profile(to_json(*profile)), profile);
    }
    EXPECT_EQ(profile_error(R"("sandbox": {"network": "some"})").field, "sandbox.network");
}

// As version 0.1.0 stored it.
TEST(ProfileJson, IsReadFromBeforeThereWereStdioServers) {
    const auto profile = parse_profile(
        R"({"args":[],"autostart":false,"drainTimeout":"30s","env":{},"limits":{},"maxDrainTimeout":"1m30s",)"
        R"("name":"p","restart":{"initialDelay":"1s","maxAttempts":10,"maxDelay":"1m","policy":"on-failure",)"
        R"("resetAfter":"1m"},"runtime":"systemd","sandbox":{"jit":true,"network":"loopback","readPaths":[],)"
        R"("writePaths":[]},"server":"s","startTimeout":"1m"})");
    ASSERT_TRUE(profile) << profile.error().reason;
    ProfileDefinition expected;
    expected.name = "p";
    expected.server = "s";
    expected.sandbox.network = Network::loopback;
    EXPECT_EQ(*profile, expected);
}

TEST(ProfileJson, ReadsAmountsAndDurationsInBothForms) {
    const auto profile = parse_profile(
        R"({"name": "p", "server": "s", "limits": {"memory": "512M"}, "drainTimeout": 1.5, "maxDrainTimeout": "1m30s"})");
    ASSERT_TRUE(profile) << profile.error().reason;
    EXPECT_EQ(profile->limits.memory, 512ULL << 20);
    EXPECT_EQ(profile->drain_timeout, Duration(1500ms));
    EXPECT_EQ(profile->max_drain_timeout, Duration(90s));
    for (const auto& [text, bytes] :
         {std::pair{"2097152", 2ULL << 20}, {"\"2048K\"", 2ULL << 20}, {"\"2G\"", 2ULL << 30}}) {
        const auto limited =
            parse_profile(std::string(R"({"name": "p", "server": "s", "limits": {"memory": )") + text + "}}");
        ASSERT_TRUE(limited) << text;
        EXPECT_EQ(limited->limits.memory, bytes);
    }
}

TEST(ProfileJson, RefusesAmountsThatAreNone) {
    for (const char* amount :
         {R"("")", R"("M")", R"("1.5M")", R"("1MB")", R"("-1M")", R"("1 M")", R"("99999999999999999999")",
          R"("99999999999999G")", "-1", "1.5", "true", "1e3", "18446744073709551616"}) {
        EXPECT_EQ(profile_error(std::string(R"("limits": {"memory": )") + amount + "}").field, "limits.memory")
            << amount;
    }
}

TEST(DefinitionJson, RefusesSecretsOfAnotherForm) {
    EXPECT_EQ(profile_error(R"("secrets": {"name": "a"})").field, "secrets");
    EXPECT_EQ(profile_error(R"("secrets": ["a"])").field, "secrets[0]");
    EXPECT_EQ(profile_error(R"("secrets": [{"name": "a"}, {"env": "A"}])").field, "secrets[1].name");
    EXPECT_EQ(profile_error(R"("secrets": [{"name": "a", "value": "x"}])").field, "secrets[0].value");
    EXPECT_EQ(profile_error(R"("secrets": [{"name": "a", "env": 1}])").field, "secrets[0].env");
}

TEST(DefinitionJson, NamesTheFieldThatIsMissing) {
    EXPECT_EQ(server_error(R"({"run": {"command": ["x"]}})").field, "name");
    EXPECT_EQ(server_error(R"({"name": "x"})").field, "run");
    EXPECT_EQ(server_error(R"({"name": "x", "run": {}})").field, "run.command");
    EXPECT_EQ(server_error(R"({"name": "x", "run": {"command": []}})").field, "run.command");
    EXPECT_EQ(parse_profile(R"({"name": "x"})").error().field, "server");
    EXPECT_EQ(server_error(R"({"run": {"command": ["x"]}})").reason, "'name' is missing");
}

TEST(DefinitionJson, ProposesTheKeyThatWasMeant) {
    const Error near = profile_error(R"("sandbox": {"readPath": []})");
    EXPECT_EQ(near.code, ErrorCode::InvalidArgument);
    EXPECT_EQ(near.field, "sandbox.readPath");
    EXPECT_EQ(near.reason, "unknown key 'readPath'");
    EXPECT_EQ(near.hint, "did you mean 'readPaths'?");
    EXPECT_EQ(profile_error(R"("drain_timeout": 3)").hint, "did you mean 'drainTimeout'?");
    EXPECT_EQ(profile_error(R"("limits": {"quux": 1})").hint, "known keys: memory, cpu, tasks");
    EXPECT_EQ(server_error(R"({"nmae": "x", "run": {"command": ["x"]}})").hint, "did you mean 'name'?");
}

TEST(DefinitionJson, RefusesRepeatedKeysWithTheirField) {
    EXPECT_EQ(server_error(R"({"name": "a", "name": "b", "run": {"command": ["x"]}})").field, "name");
    EXPECT_EQ(server_error(R"({"name": "a", "run": {"command": ["x"]}, "env": {"A": "1", "A": "2"}})").field, "env.A");
}

TEST(DefinitionJson, RefusesWrongTypesWithTheirField) {
    EXPECT_EQ(server_error("[]").reason, "this is array, not an object");
    EXPECT_EQ(server_error("null").code, ErrorCode::InvalidArgument);
    EXPECT_EQ(server_error(R"({"name": 3, "run": {"command": ["x"]}})").field, "name");
    EXPECT_EQ(server_error(R"({"name": null, "run": {"command": ["x"]}})").field, "name");
    EXPECT_EQ(server_error(R"({"name": "x", "run": ["x"]})").field, "run");
    EXPECT_EQ(server_error(R"({"name": "x", "run": {"command": "x"}})").field, "run.command");
    EXPECT_EQ(server_error(R"({"name": "x", "run": {"command": ["x", 1]}})").field, "run.command[1]");
    EXPECT_EQ(server_error(R"({"name": "x", "run": {"command": ["x"]}, "env": {"A": 1}})").field, "env.A");
    EXPECT_EQ(server_error(R"({"name": "x", "run": {"command": ["x"]}, "env": []})").field, "env");
    for (const char* port : {"-1", "65536", "1.5", "\"1\"", "1e400", "99999999999999999999999", "true"}) {
        const Error error =
            server_error(std::string(R"({"name": "x", "run": {"command": ["x"]}, "port": )") + port + "}");
        EXPECT_EQ(error.code, ErrorCode::InvalidArgument) << port;
    }
    EXPECT_EQ(profile_error(R"("autostart": 1)").field, "autostart");
    EXPECT_EQ(profile_error(R"("drainTimeout": -1)").field, "drainTimeout");
    EXPECT_EQ(profile_error(R"("drainTimeout": "soon")").field, "drainTimeout");
    EXPECT_EQ(profile_error(R"("drainTimeout": true)").field, "drainTimeout");
    EXPECT_EQ(profile_error(R"("limits": {"cpu": 0})").field, "limits.cpu");
    EXPECT_EQ(profile_error(R"("restart": {"policy": "sometimes"})").field, "restart.policy");
    EXPECT_EQ(profile_error(R"("restart": {"policy": "sometimes"})").hint, "one of: no, on-failure, always");
    EXPECT_EQ(profile_error(R"("runtime": "podman")").field, "runtime");
    EXPECT_EQ(profile_error(R"("standby": -1)").field, "standby");
    EXPECT_EQ(profile_error(R"("standby": 65)").field, "standby");
    EXPECT_EQ(profile_error(R"("maxSessions": 4294967297)").field, "maxSessions");
}

TEST(DefinitionJson, SaysWhereTextIsBroken) {
    const Error error = server_error("{\"name\": \"x\",\n  \"run\": {\"command\": [x]}}");
    EXPECT_EQ(error.code, ErrorCode::InvalidArgument);
    EXPECT_EQ(error.reason, "not valid JSON at line 2, column 23 (byte 36): invalid literal");
    EXPECT_NE(server_error("").reason.find("line 1, column 1 (byte 0)"), std::string::npos) << server_error("").reason;
    EXPECT_NE(server_error("{\"name\"").reason.find("byte 7"), std::string::npos) << server_error("{\"name\"").reason;
    EXPECT_FALSE(parse_server(std::string(minimal_server) + "x"));
    EXPECT_FALSE(parse_server(std::string(minimal_server) + "{}"));
}

TEST(DefinitionJson, NamesTheFieldInWhichTextIsBroken) {
    EXPECT_EQ(server_error("{\"name\": \"\xff\"}").field, "name");
    EXPECT_EQ(server_error("{\"name\": \"x\", \"description\": \"\\ud800\"}").field, "description");
    EXPECT_EQ(server_error("{\"env\": {\"A\": \"1\", \"B\": \"\xc0\xaf\"}}").field, "env.B");
    EXPECT_EQ(server_error("{\"run\": {\"command\": [\"x\", \"\xff\"]}}").field, "run.command[1]");
    // Between two fields it is nobody's mistake but the object's.
    EXPECT_EQ(server_error(R"({"env": {"A": "1" "B": "2"}})").field, "env");
}

TEST(DefinitionJson, RefusesHostileBytesAndRepeatsNoneOfThem) {
    for (const std::string& text :
         {std::string("{\"name\": \"\xff\"}"), std::string("{\"na\xffme\": 1}"), std::string("{\"\x1b[2J\": 1}"),
          std::string("\xff\xfe"), std::string("{\"name\0\": 1}", 12), std::string("{\"\\u001b[2J\\u0000\": 1}"),
          std::string(R"({"name": "x", "run": {"command": ["x"]}, "env": {"A\nB": "1"}})"),
          std::string(R"({"name": "x", "run": {"command": ["x"]}, "transport": "\u001b[2J\n"})"),
          std::string(R"({"name": "x\u0000", "run": {"command": ["x"]}})"),
          std::string(R"({"name": "x", "run": {"command": ["x", "\u0000"]}})"),
          std::string(R"({"name": "x", "run": {"command": ["x", "\ud800"]}})")}) {
        const Error error = server_error(text);
        EXPECT_EQ(error.code, ErrorCode::InvalidArgument) << text;
        for (const std::string& part : {error.reason, error.field, error.hint}) {
            for (const char c : part) {
                EXPECT_TRUE(c >= ' ' && c <= '~') << part;
            }
        }
    }
}

TEST(DefinitionJson, RefusesDeepAndLongText) {
    EXPECT_NE(server_error(std::string(100'000, '[')).reason.find("16 levels"), std::string::npos);
    std::string objects;
    for (int i = 0; i < 10'000; ++i) {
        objects += R"({"a":)";
    }
    EXPECT_NE(server_error(objects).reason.find("16 levels"), std::string::npos);
    EXPECT_NE(server_error(std::string(max_definition_bytes + 1, ' ')).reason.find("too many"), std::string::npos);
}

TEST(DefinitionJson, IsValidated) {
    EXPECT_EQ(server_error(R"({"name": "x", "run": {"command": ["a/b"]}})").field, "run.command[0]");
    EXPECT_EQ(server_error(R"({"name": "x", "run": {"command": ["x"]}, "env": {"LD_PRELOAD": "x"}})").field,
              "env.LD_PRELOAD");
    EXPECT_EQ(profile_error(R"("sandbox": {"readPaths": ["/proc"]})").field, "sandbox.readPaths[0]");
}

// Whatever is cut out of or changed in a good definition, the answer is a value and never an exception.
TEST(DefinitionJson, SurvivesEveryCutAndEveryChangedByte) {
    const std::string good = to_json(full_profile());
    for (std::size_t at = 0; at < good.size(); ++at) {
        EXPECT_FALSE(parse_profile(good.substr(0, at)));
        for (const int byte : {0, 0x22, 0x5c, 0x7b, 0xff}) {
            std::string bad = good;
            bad[at] = char(byte);
            EXPECT_NO_THROW((void)parse_profile(bad));
        }
    }
}

TEST(EffectiveSettings, TellWhatFollowsFromBothDefinitionsAndWhatEnforcesIt) {
    InstanceConfig config;
    config.server = *parse_server(R"({"name": "s", "transport": "sse", "run": {"command": ["node", "{port}"]}})");
    config.profile = *parse_profile(R"({"name": "p", "server": "s", "args": ["-v"]})");
    const auto settings =
        nlohmann::json::parse(to_json(config, {{"NoNewPrivileges", "yes"}, {"Filter", "@a"}, {"Filter", "~@b"}}));
    EXPECT_EQ(settings["server"], nlohmann::json::parse(to_json(config.server)));
    EXPECT_EQ(settings["profile"], nlohmann::json::parse(to_json(config.profile)));
    EXPECT_EQ(settings["network"], "loopback");
    EXPECT_EQ(settings["command"], nlohmann::json({"node", "0", "-v"}));
    EXPECT_EQ(settings["enforced"], nlohmann::json::parse(R"({"NoNewPrivileges": ["yes"], "Filter": ["@a", "~@b"]})"));
}

}  // namespace
}  // namespace mcpctl
