#include "agent/systemd/unit_properties.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>

namespace mcpctl::systemd {
namespace {

using namespace std::chrono_literals;
using Strings = std::vector<std::string>;

const BuilderOptions options{"00112233445566778899aabbccddeeff", "/usr/bin/node"};
const InstanceId id = *InstanceId::parse("0b51b1b9-2f0f-4c3e-8f5d-0123456789ab");

Instance minimal() {
    Instance instance;
    instance.id = id;
    instance.name = "everything";
    instance.port = 26270;
    instance.config.server.name = "everything";
    instance.config.server.transport = Transport::streamable_http;
    instance.config.server.command = {"node", "index.js", "{port}"};
    instance.config.profile.name = "everything";
    instance.config.profile.server = "everything";
    return instance;
}

Instance maximal() {
    Instance instance = minimal();
    instance.name = "mine";
    instance.config.server.env = {{"A", "1"}, {"HOME", "/elsewhere"}};
    ProfileDefinition& profile = instance.config.profile;
    profile.name = "big";
    profile.args = {"$HOME", "%n", "back\\slash"};
    profile.env = {{"A", "2"}};
    profile.limits = {.memory = 512 << 20, .cpu = 0.333, .tasks = 64};
    profile.restart = {RestartMode::always, 2s, 9s, 3, 30s};
    profile.max_drain_timeout = 120s;
    profile.start_timeout = 5s;
    profile.sandbox = {Network::full, {"/home/me/project"}, {"/srv/data"}, false};
    return instance;
}

Strings program_environment(const std::string& profile) {
    return {"HOME=/var/lib/mcpctl-profiles/" + profile,
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin",
            "PORT=26270",
            "UV_CACHE_DIR=/var/cache/mcpctl-profiles/" + profile + "/uv",
            "XDG_CACHE_HOME=/var/cache/mcpctl-profiles/" + profile,
            "npm_config_cache=/var/cache/mcpctl-profiles/" + profile + "/npm"};
}

// What every workload gets, whatever its definition says.
const UnitProperties always{
    {"DynamicUser", true},
    {"Slice", "mcpctl-0b51b1b92f0f4c3e8f5d0123456789ab.slice"},
    {"StateDirectoryMode", std::uint32_t(0700)},
    {"CacheDirectoryMode", std::uint32_t(0700)},
    {"Type", "exec"},
    {"StandardOutput", "journal"},
    {"StandardError", "journal"},
    {"LogRateLimitIntervalUSec", std::uint64_t(1'000'000)},
    {"LogRateLimitBurst", std::uint32_t(100'000)},
    {"CollectMode", "inactive"},
    {"KillMode", "control-group"},
    {"SendSIGKILL", true},
    {"OOMPolicy", "kill"},
    {"ProtectSystem", "strict"},
    {"ProtectHome", "tmpfs"},
    {"PrivateTmp", true},
    {"PrivateDevices", true},
    {"ProtectProc", "invisible"},
    {"ProcSubset", "pid"},
    {"UMask", std::uint32_t(0077)},
    {"InaccessiblePaths", Strings{"-/run/containerd", "-/run/dbus", "-/run/docker.sock", "-/run/mcpctl", "-/run/podman",
                                  "-/run/systemd/private"}},
    {"ProtectKernelTunables", true},
    {"ProtectKernelModules", true},
    {"ProtectKernelLogs", true},
    {"ProtectControlGroups", true},
    {"ProtectClock", true},
    {"ProtectHostname", true},
    {"NoNewPrivileges", true},
    {"PrivateUsers", true},
    {"RestrictRealtime", true},
    {"RestrictSUIDSGID", true},
    {"LockPersonality", true},
    {"RemoveIPC", true},
    {"KeyringMode", "private"},
    {"CapabilityBoundingSet", std::uint64_t(0)},
    {"AmbientCapabilities", std::uint64_t(0)},
    {"RestrictNamespaces", std::uint64_t(0x02000000)},
    {"SystemCallFilter", NameFilter{true, {"@system-service"}}},
    {"SystemCallFilter", NameFilter{false, {"@privileged"}}},
    {"SystemCallErrorNumber", std::int32_t(1)},
    {"SystemCallArchitectures", Strings{"native"}},
    {"RestrictAddressFamilies", NameFilter{true, {"AF_INET", "AF_INET6", "AF_NETLINK", "AF_UNIX"}}},
    {"SocketBindDeny", std::vector<SocketBindRule>{{0, 0, 0, 0}}},
    {"SocketBindAllow", std::vector<SocketBindRule>{{0, 6, 1, 26270}}},
};

UnitProperties sorted(UnitProperties properties) {
    std::ranges::stable_sort(properties, {}, &UnitProperty::name);
    return properties;
}

void expect_exactly(const Instance& instance, UnitProperties expected) {
    expected.insert(expected.end(), always.begin(), always.end());
    const auto built = build_unit_properties(instance, options);
    ASSERT_TRUE(built) << built.error().reason;
    const auto left = sorted(*built);
    const auto right = sorted(expected);
    for (std::size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
        ASSERT_LT(i, right.size()) << "unexpected: " << left[i].name;
        ASSERT_LT(i, left.size()) << "missing: " << right[i].name;
        EXPECT_EQ(left[i].name, right[i].name);
        EXPECT_EQ(left[i], right[i]) << "value of " << right[i].name;
    }
}

const UnitValue& value_of(const UnitProperties& properties, std::string_view name) {
    const auto found = std::ranges::find(properties, name, &UnitProperty::name);
    EXPECT_NE(found, properties.end()) << name;
    return found->value;
}

bool has(const UnitProperties& properties, std::string_view name) {
    return std::ranges::contains(properties, name, &UnitProperty::name);
}

// F22: by file, of which only the path is in the unit; nothing of it in the environment.
TEST(UnitProperties, OfAServerThatGetsSecretsAsFiles) {
    Instance instance = minimal();
    instance.config.server.secrets = {{"tls-key", ""}};
    instance.config.profile.secrets = {{"api-key", ""}};
    BuilderOptions with_secrets = options;
    with_secrets.secrets_directory = "/srv/state/secrets";
    const auto plain = build_unit_properties(minimal(), options);
    const auto built = build_unit_properties(instance, with_secrets);
    ASSERT_TRUE(plain && built);
    EXPECT_EQ(value_of(*built, "LoadCredentialEncrypted"),
              UnitValue(std::vector<EncryptedCredential>{{"api-key", "/srv/state/secrets/api-key"},
                                                         {"tls-key", "/srv/state/secrets/tls-key"}}));
    EXPECT_EQ(value_of(*built, "LimitCORE"), UnitValue(std::uint64_t(0)));
    EXPECT_EQ(value_of(*built, "ExecStartEx"), value_of(*plain, "ExecStartEx"));
    EXPECT_EQ(value_of(*built, "Environment"), value_of(*plain, "Environment"));
    EXPECT_EQ(built->size(), plain->size() + 2);
    EXPECT_FALSE(has(*plain, "LoadCredentialEncrypted"));
    EXPECT_FALSE(has(*built, "SetCredentialEncrypted"));
}

TEST(UnitProperties, OfAServerThatGetsSecretsAsVariables) {
    Instance instance = minimal();
    instance.config.server.secrets = {{"tls-key", ""}, {"api-key", "API_KEY"}};
    instance.config.profile.secrets = {{"api-key", "OTHER_KEY"}};
    const auto built = build_unit_properties(instance, options);
    ASSERT_TRUE(built);
    const auto& commands = std::get<std::vector<ExecCommand>>(value_of(*built, "ExecStartEx"));
    ASSERT_EQ(commands.size(), 1U);
    EXPECT_TRUE(commands[0].path.ends_with("/mcpctl/mcpctl-exec-env")) << commands[0].path;
    EXPECT_EQ(commands[0].argv, (Strings{commands[0].path, "OTHER_KEY=api-key", "--", "node", "index.js", "26270"}));
    EXPECT_EQ(commands[0].flags, Strings{"no-env-expand"});
    const auto& credentials = std::get<std::vector<EncryptedCredential>>(value_of(*built, "LoadCredentialEncrypted"));
    EXPECT_EQ(credentials, (std::vector<EncryptedCredential>{{"api-key", "/var/lib/mcpctl/secrets/api-key"},
                                                             {"tls-key", "/var/lib/mcpctl/secrets/tls-key"}}));
}

TEST(UnitProperties, OfAContainerThatGetsSecrets) {
    Instance instance = minimal();
    instance.config.server.image = "a/b:1";
    instance.config.server.command.clear();
    instance.config.profile.runtime = RuntimeKind::docker;
    const auto plain = build_unit_properties(instance, options);
    instance.config.server.secrets = {{"api-key", ""}};
    const auto built = build_unit_properties(instance, options);
    ASSERT_TRUE(plain && built);
    EXPECT_EQ(value_of(*built, "LoadCredentialEncrypted"),
              UnitValue(std::vector<EncryptedCredential>{{"api-key", "/var/lib/mcpctl/secrets/api-key"}}));
    EXPECT_EQ(value_of(*built, "RuntimeDirectory"),
              UnitValue(Strings{"mcpctl-secrets/mcpctl-0b51b1b92f0f4c3e8f5d0123456789ab-1"}));
    EXPECT_EQ(value_of(*built, "RuntimeDirectoryMode"), UnitValue(std::uint32_t(0700)));
    EXPECT_EQ(value_of(*built, "RuntimeDirectoryPreserve"), UnitValue("restart"));
    EXPECT_EQ(value_of(*built, "ExecStartEx"), value_of(*plain, "ExecStartEx"));
    EXPECT_EQ(built->size(), plain->size() + 5);
}

TEST(UnitProperties, RefuseAPathOfSecretsThatIsNotPlain) {
    Instance instance = minimal();
    instance.config.server.secrets = {{"api-key", ""}};
    BuilderOptions hostile = options;
    hostile.secrets_directory = "/srv\nUser=root";
    EXPECT_FALSE(build_unit_properties(instance, hostile));
}

TEST(UnitProperties, OfADefaultProfile) {
    expect_exactly(minimal(),
                   {
                       {"Description", "MCP server everything of profile everything"},
                       {"User", user_name("everything")},
                       {"StateDirectory", Strings{"mcpctl-profiles/everything"}},
                       {"CacheDirectory", Strings{"mcpctl-profiles/everything"}},
                       {"WorkingDirectory", "/var/lib/mcpctl-profiles/everything"},
                       {"LogExtraFields", ByteStrings{{"MCPCTL_INSTALLATION=00112233445566778899aabbccddeeff",
                                                       "MCPCTL_INSTANCE=0b51b1b9-2f0f-4c3e-8f5d-0123456789ab",
                                                       "MCPCTL_PROFILE=everything", "MCPCTL_SERVER=everything"}}},
                       {"ExecStartEx",
                        std::vector<ExecCommand>{{"/usr/bin/node", {"node", "index.js", "26270"}, {"no-env-expand"}}}},
                       {"Environment", program_environment("everything")},
                       {"SyslogIdentifier", "everything"},
                       {"Restart", "on-failure"},
                       {"RestartUSec", std::uint64_t(1'000'000)},
                       {"RestartSteps", std::uint32_t(6)},
                       {"RestartMaxDelayUSec", std::uint64_t(60'000'000)},
                       // 1 + 2 + 4 + 8 + 16 + 32 + 4 * 60 s of delays and 11 runs of up to 60 s
                       {"StartLimitIntervalUSec", std::uint64_t(963'000'000)},
                       {"StartLimitBurst", std::uint32_t(11)},
                       {"RemainAfterExit", true},
                       {"TimeoutStartUSec", std::uint64_t(60'000'000)},
                       {"TimeoutStopUSec", std::uint64_t(90'000'000)},
                       {"IPAddressDeny", std::vector<AddressPrefix>{{AF_INET, std::vector<std::uint8_t>(4), 0},
                                                                    {AF_INET6, std::vector<std::uint8_t>(16), 0}}},
                       {"IPAddressAllow",
                        std::vector<AddressPrefix>{{AF_INET, {127, 0, 0, 0}, 8},
                                                   {AF_INET6, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128}}},
                   });
}

TEST(UnitProperties, OfAProfileWithAUserOfThisMachineLeaveWhatIsHis) {
    Instance instance = minimal();
    instance.config.profile.user = "alice";
    const UnitProperties properties = *build_unit_properties(instance, options);
    const auto value = [&](std::string_view name) {
        return std::ranges::find(properties, name, &UnitProperty::name)->value;
    };
    EXPECT_EQ(value("User"), UnitValue("alice"));
    EXPECT_EQ(value("DynamicUser"), UnitValue(false));
    EXPECT_EQ(value("RemoveIPC"), UnitValue(false));
    EXPECT_EQ(value("PrivateUsers"), UnitValue(true));
    EXPECT_EQ(value("StateDirectory"), UnitValue(Strings{"mcpctl-users/alice/everything"}));
    EXPECT_EQ(value("WorkingDirectory"), UnitValue("/var/lib/mcpctl-users/alice/everything"));
}

TEST(UnitProperties, OfAProfileThatSetsEverything) {
    Strings environment = program_environment("big");
    environment[0] = "HOME=/elsewhere";
    environment.insert(environment.begin(), "A=2");
    expect_exactly(
        maximal(),
        {
            {"Description", "MCP server mine of profile big"},
            {"User", user_name("big")},
            {"StateDirectory", Strings{"mcpctl-profiles/big"}},
            {"CacheDirectory", Strings{"mcpctl-profiles/big"}},
            {"WorkingDirectory", "/var/lib/mcpctl-profiles/big"},
            {"LogExtraFields", ByteStrings{{"MCPCTL_INSTALLATION=00112233445566778899aabbccddeeff",
                                            "MCPCTL_INSTANCE=0b51b1b9-2f0f-4c3e-8f5d-0123456789ab",
                                            "MCPCTL_PROFILE=big", "MCPCTL_SERVER=everything"}}},
            {"ExecStartEx",
             std::vector<ExecCommand>{
                 {"/usr/bin/node", {"node", "index.js", "26270", "$HOME", "%n", "back\\slash"}, {"no-env-expand"}}}},
            {"Environment", environment},
            {"SyslogIdentifier", "mine"},
            {"Restart", "always"},
            {"RestartUSec", std::uint64_t(2'000'000)},
            {"RestartSteps", std::uint32_t(3)},
            {"RestartMaxDelayUSec", std::uint64_t(9'000'000)},
            {"StartLimitIntervalUSec", std::uint64_t(2'000'000 + 4'000'000 + 8'000'000 + 4 * 30'000'000)},
            {"StartLimitBurst", std::uint32_t(4)},
            {"RemainAfterExit", false},
            {"TimeoutStartUSec", std::uint64_t(5'000'000)},
            {"TimeoutStopUSec", std::uint64_t(120'000'000)},
            {"MemoryMax", std::uint64_t(512 << 20)},
            {"MemorySwapMax", std::uint64_t(0)},
            {"CPUQuotaPerSecUSec", std::uint64_t(340'000)},
            {"TasksMax", std::uint64_t(64)},
            {"BindReadOnlyPaths", std::vector<BindMount>{{"/home/me/project", "/home/me/project", false, 16384}}},
            {"BindPaths", std::vector<BindMount>{{"/srv/data", "/srv/data", false, 16384}}},
            {"MemoryDenyWriteExecute", true},
        });
}

constexpr int descriptor = 7;

UnitProperties stdio_unit(std::optional<Network> network = {}) {
    Instance instance = minimal();
    instance.config.server.transport = Transport::stdio;
    instance.config.profile.sandbox.network = network;
    BuilderOptions stdio_options = options;
    stdio_options.process = 0xabc;
    stdio_options.stdio = descriptor;
    auto built = build_unit_properties(instance, stdio_options);
    EXPECT_TRUE(built);
    return std::move(*built);
}

TEST(UnitPropertiesOfStdio, NameTheProcess) {
    EXPECT_EQ(value_of(stdio_unit(), "Description"),
              UnitValue("MCP server everything of profile everything, session 0000000000000abc"));
}

// C3: standard error that is equal to standard output would go into the session.
TEST(UnitPropertiesOfStdio, GiveTheProcessItsDescriptorAndTheJournalItsErrors) {
    const auto properties = stdio_unit();
    EXPECT_EQ(value_of(properties, "StandardInputFileDescriptor"), UnitValue(Descriptor{descriptor}));
    EXPECT_EQ(value_of(properties, "StandardOutputFileDescriptor"), UnitValue(Descriptor{descriptor}));
    EXPECT_EQ(value_of(properties, "StandardOutput"), UnitValue("null"));
    EXPECT_EQ(value_of(properties, "StandardError"), UnitValue("journal"));
    const auto& command = std::get<std::vector<ExecCommand>>(value_of(properties, "ExecStartEx"));
    EXPECT_EQ(command.front().argv, (Strings{"node", "index.js", "{port}"}));
}

TEST(UnitPropertiesOfStdio, EndWithTheProcessAndWakeTheAgent) {
    const auto properties = stdio_unit();
    EXPECT_EQ(value_of(properties, "Restart"), UnitValue("no"));
    EXPECT_EQ(value_of(properties, "RemainAfterExit"), UnitValue(false));
    EXPECT_EQ(value_of(properties, "CollectMode"), UnitValue("inactive"));
    for (const char* name : {"RestartUSec", "RestartSteps", "StartLimitBurst", "StartLimitIntervalUSec"}) {
        EXPECT_FALSE(has(properties, name)) << name;
    }
}

TEST(UnitPropertiesOfStdio, ReachTheNetworkThatTheProfileGives) {
    const UnitValue inet(NameFilter{true, {"AF_INET", "AF_INET6", "AF_NETLINK", "AF_UNIX"}});
    for (const auto network : {std::optional<Network>(), std::optional(Network::full)}) {
        const auto full = stdio_unit(network);
        EXPECT_EQ(value_of(full, "RestrictAddressFamilies"), inet);
        for (const char* name : {"PrivateNetwork", "IPAddressDeny", "SocketBindDeny", "SocketBindAllow"}) {
            EXPECT_FALSE(has(full, name)) << name;
        }
    }
    const auto loopback = stdio_unit(Network::loopback);
    EXPECT_EQ(value_of(loopback, "RestrictAddressFamilies"), inet);
    EXPECT_TRUE(has(loopback, "IPAddressDeny"));
    EXPECT_TRUE(has(loopback, "IPAddressAllow"));
    EXPECT_FALSE(has(loopback, "SocketBindDeny"));
    // F17: PrivateNetwork may be skipped.
    const auto none = stdio_unit(Network::none);
    EXPECT_EQ(value_of(none, "PrivateNetwork"), UnitValue(true));
    EXPECT_EQ(value_of(none, "RestrictAddressFamilies"), UnitValue(NameFilter{true, {"AF_NETLINK", "AF_UNIX"}}));
}

TEST(UnitProperties, NeverRestartWhatMayNotBeRestarted) {
    for (const RestartPolicy& policy : {RestartPolicy{.mode = RestartMode::no}, RestartPolicy{.max_attempts = 0}}) {
        Instance instance = minimal();
        instance.config.profile.restart = policy;
        const auto built = build_unit_properties(instance, options);
        ASSERT_TRUE(built);
        EXPECT_EQ(value_of(*built, "Restart"), UnitValue("no"));
        EXPECT_EQ(value_of(*built, "RemainAfterExit"), UnitValue(true));
        EXPECT_FALSE(has(*built, "StartLimitBurst"));
    }
}

TEST(UnitProperties, KeepAConstantDelayConstant) {
    Instance instance = minimal();
    instance.config.profile.restart = {.initial_delay = 5s, .max_delay = 5s, .max_attempts = 2, .reset_after = 10s};
    const auto built = build_unit_properties(instance, options);
    ASSERT_TRUE(built);
    EXPECT_FALSE(has(*built, "RestartSteps"));
    EXPECT_EQ(value_of(*built, "StartLimitIntervalUSec"), UnitValue(std::uint64_t(40'000'000)));
}

TEST(UnitProperties, SaturateAStartLimitThatIsTooLongToCount) {
    Instance instance = minimal();
    instance.config.profile.restart = {.max_delay = 8760h, .max_attempts = 4294967295U, .reset_after = 8760h};
    const auto built = build_unit_properties(instance, options);
    ASSERT_TRUE(built);
    EXPECT_EQ(value_of(*built, "StartLimitIntervalUSec"), UnitValue(~std::uint64_t(0)));
    EXPECT_EQ(value_of(*built, "StartLimitBurst"), UnitValue(~std::uint32_t(0)));
}

TEST(UserName, IsShortPlainAndTheSameForAProfile) {
    EXPECT_EQ(user_name("everything"), user_name("everything"));
    EXPECT_NE(user_name("everything"), user_name("everything2"));
    EXPECT_EQ(user_name("everything").size(), 20U);
    EXPECT_TRUE(user_name("everything").starts_with("mcp-"));
}

// Definitions are validated before they get here; this is what stands behind that (F1, F2).
struct Hostile {
    const char* what;
    void (*put)(Instance& instance, const std::string& text);
    bool backslash_allowed;
};

class HostileText : public testing::TestWithParam<Hostile> {};

TEST_P(HostileText, IsRefused) {
    for (const std::string& text :
         {std::string("/x\nExecStartPre=/bin/sh"), std::string("/x\r"), std::string("/x\0y", 4), std::string("/x\x7f"),
          std::string("/x\x1b[31m"), std::string("/x\xff"), std::string("/x\xc2\x85")}) {
        Instance instance = maximal();
        GetParam().put(instance, text);
        const auto built = build_unit_properties(instance, options);
        ASSERT_FALSE(built) << GetParam().what;
        EXPECT_EQ(built.error().code, ErrorCode::InvalidArgument);
    }
}

TEST_P(HostileText, MayEndInABackslashOnlyWherePid1EscapesIt) {
    Instance instance = maximal();
    GetParam().put(instance, "/x\\");
    EXPECT_EQ(build_unit_properties(instance, options).has_value(), GetParam().backslash_allowed) << GetParam().what;
}

// A table outside the macro, whose own parameter names clash with those of the lambdas.
const Hostile fields[]{
    {"instance", [](Instance& i, const std::string& t) { i.name = t; }, false},
    {"server", [](Instance& i, const std::string& t) { i.config.server.name = t; }, false},
    {"profile", [](Instance& i, const std::string& t) { i.config.profile.name = t; }, false},
    {"command", [](Instance& i, const std::string& t) { i.config.server.command[1] = t; }, true},
    {"args", [](Instance& i, const std::string& t) { i.config.profile.args[0] = t; }, true},
    {"env", [](Instance& i, const std::string& t) { i.config.server.env["B"] = t; }, true},
    {"profile env", [](Instance& i, const std::string& t) { i.config.profile.env["B"] = t; }, true},
    {"env name", [](Instance& i, const std::string& t) { i.config.server.env[t] = "x"; }, true},
    {"readPaths", [](Instance& i, const std::string& t) { i.config.profile.sandbox.read_paths = {t}; }, false},
    {"writePaths", [](Instance& i, const std::string& t) { i.config.profile.sandbox.write_paths = {t}; }, false},
};

INSTANTIATE_TEST_SUITE_P(EveryField, HostileText, testing::ValuesIn(fields));

// Records are not validated again, and a delay of zero never doubles to anything.
TEST(UnitProperties, AreMadeAtOnceForEveryRestartPolicy) {
    Instance instance = minimal();
    instance.config.profile.restart = {RestartMode::on_failure, 0s, 60s, 4'000'000'000, 60s};
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_TRUE(build_unit_properties(instance, options));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 1s);
}

}  // namespace
}  // namespace mcpctl::systemd
