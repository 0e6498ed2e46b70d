// B07: secrets from the administrator's command to the server that gets them, and nowhere else.
#include <signal.h>
#include <sys/stat.h>

#include <filesystem>
#include <format>
#include <fstream>
#include <set>

#include "tests/system/support/containers.hpp"
#include "tests/system/support/machine_test.hpp"
#include "tests/system/support/users.hpp"

namespace mcpctl::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
namespace fs = std::filesystem;

constexpr std::string_view canary = "canary-3b1f7e52d0c94a68";
// printf %s canary-3b1f7e52d0c94a68 | base64
constexpr std::string_view canary_in_base64 = "Y2FuYXJ5LTNiMWY3ZTUyZDBjOTRhNjg";
// No secret: whoever looks for the canary must see this one, too.
constexpr std::string_view decoy = "decoy-5c0e9a41";

class Secret : public MachineTest {
  protected:
    void TearDown() override {
        MachineTest::TearDown();
        for (const Json& secret : mcpctl_json({"secret", "list"})) {
            const Output removed = mcpctl({"secret", "remove", secret["name"], "--yes"});
            EXPECT_EQ(removed.status, 0) << removed.err;
        }
    }
    static void set(const std::string& name, std::string_view value = canary) {
        const Output done = mcpctl({"secret", "set", name}, std::string(value));
        ASSERT_EQ(done.status, 0) << done.err;
        EXPECT_EQ(done.out, "Set secret " + name + '\n');
    }
    // A test server that gets api-key as a variable and tls-key as a file.
    static void define_with_secrets(const std::string& name, Json settings = Json::object()) {
        settings["secrets"] = {{{"name", "api-key"}, {"env", "API_KEY"}}, {{"name", "tls-key"}}};
        define_test_server(name, {}, std::move(settings));
    }
    static std::string variable_of(const std::string& instance, const std::string& name) {
        return McpClient::of(instance).data("environment")["variables"].value(name, "not set");
    }
    static std::string file_of(const std::string& instance, const std::string& name) {
        const std::string path = std::format("/run/credentials/{}/{}", unit_of(instance), name);
        return McpClient::of(instance).data("read_file", {{"path", path}}).value("content", "not there");
    }
};

// What a command shows, around this text, or nothing. Searched here and not by grep, whose own arguments everybody can
// read.
std::string shown_around(std::string_view text, const std::vector<std::string>& command) {
    const Output output = run(command);
    const std::string all = output.out + output.err;
    EXPECT_FALSE(all.empty()) << command.front() << " shows nothing at all";
    const std::size_t at = all.find(text);
    return at == std::string::npos ? "" : all.substr(at > 200 ? at - 200 : 0, 300);
}

using Command = std::vector<std::string>;

Command content_of(Command directories) {
    directories.insert(directories.begin(), "find");
    directories.insert(directories.end(), {"-type", "f", "-exec", "cat", "{}", "+"});
    return directories;
}

// Whatever tells of an instance, and is not for its server alone.
std::vector<Command> views_of(const std::string& instance) {
    const std::string unit = unit_of(instance);
    return {{"busctl", "--json=short", "call", "org.mcpctl.Agent1", "/org/mcpctl/Agent1",
             "org.freedesktop.DBus.ObjectManager", "GetManagedObjects"},
            {"mcpctl", "status", instance, "-o", "json"},
            {"mcpctl", "profile", "show", instance, "-o", "json"},
            {"mcpctl", "profile", "show", instance, "--effective", "-o", "json"},
            {"mcpctl", "secret", "list", "-o", "json"},
            {"mcpctl", "audit", "-o", "ndjson"},
            {"mcpctl", "logs", instance},
            {"systemctl", "show", "--all", unit},
            {"systemctl", "cat", unit},
            {"systemd-analyze", "dump"},
            {"journalctl", "--no-pager", "--output=export", "--boot", "--all"},
            content_of({"/run/systemd", "/run/mcpctl"}),
            content_of({"/var/lib/mcpctl", "/var/lib/mcpctl-profiles", "/var/lib/systemd", "/etc/mcpctl"}),
            {"sh", "-c", "cat /proc/[0-9]*/cmdline"},
            {"sh", "-c", std::format("cat /proc/{0}/cmdline /proc/{0}/environ", agent_pid())}};
}

void expect_no_canary_in(const std::vector<Command>& commands) {
    for (const Command& command : commands) {
        EXPECT_EQ(shown_around(canary, command), "") << command.front() << ' ' << command.back();
        EXPECT_EQ(shown_around(canary_in_base64, command), "") << command.front() << ' ' << command.back();
    }
}

// What is mapped and may be written: heap, stacks, data.
bool memory_holds_canary(int pid) {
    std::ifstream maps(std::format("/proc/{}/maps", pid));
    std::ifstream memory(std::format("/proc/{}/mem", pid), std::ios::binary);
    for (std::string line; std::getline(maps, line);) {
        unsigned long long begin = 0;
        unsigned long long end = 0;
        char mode[5] = {};
        if (std::sscanf(line.c_str(), "%llx-%llx %4s", &begin, &end, mode) != 3 || mode[0] != 'r' || mode[1] != 'w') {
            continue;
        }
        std::string bytes(end - begin, '\0');
        memory.clear();
        memory.seekg(std::streamoff(begin));
        memory.read(bytes.data(), std::streamsize(bytes.size()));
        if (bytes.contains(canary) || bytes.contains(canary_in_base64)) {
            ADD_FAILURE() << "in " << line;
            return true;
        }
    }
    return false;
}

TEST_F(Secret, IsSetListedAndRemovedWithoutBeingShown) {
    set("api-key");
    std::ofstream("/root/tls.pem") << canary << '\n';
    EXPECT_EQ(mcpctl({"secret", "set", "tls-key", "--file", "/root/tls.pem"}).status, 0);
    fs::remove("/root/tls.pem");
    const Json secrets = mcpctl_json({"secret", "list"});
    ASSERT_EQ(secrets.size(), 2U);
    EXPECT_EQ(secrets[0]["name"], "api-key");
    EXPECT_EQ(secrets[0]["usedBy"], Json::array());
    EXPECT_TRUE(secrets[0]["setAt"].is_string());
    EXPECT_THAT(mcpctl({"secret", "list"}).out, HasSubstr("tls-key"));
    for (const char* name : {"api-key", "tls-key"}) {
        struct stat status{};
        ASSERT_EQ(::stat(std::format("/var/lib/mcpctl/secrets/{}", name).c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 07777, 0600U);
        EXPECT_EQ(status.st_uid, 0U);
    }
    EXPECT_EQ(mcpctl({"secret", "remove", "tls-key", "--yes"}).out, "Removed secret tls-key\n");
    EXPECT_FALSE(fs::exists("/var/lib/mcpctl/secrets/tls-key"));
    const Output misspelt = mcpctl({"secret", "remove", "api-kye", "--yes"});
    EXPECT_EQ(misspelt.status, 4);
    EXPECT_THAT(misspelt.err, HasSubstr("did you mean 'api-key'?"));
}

TEST_F(Secret, ReachesTheServerAsFileAndAsVariableAndOutlivesReloadRestartAndAgent) {
    set("api-key", std::format("{}\n", canary));
    set("tls-key", std::format("two\nlines of {}\n", canary));
    define_with_secrets("keeper", {{"restart", {{"policy", "always"}, {"initialDelay", "100ms"}}}});
    start("keeper");
    const auto expect_secrets = [](std::string_view api_key) {
        EXPECT_EQ(variable_of("keeper", "API_KEY"), api_key);
        EXPECT_EQ(file_of("keeper", "tls-key"), std::format("two\nlines of {}\n", canary));
        EXPECT_EQ(McpClient::of("keeper").data("arguments")["arguments"][0], "mcp-test-server");
    };
    expect_secrets(canary);

    systemctl({"daemon-reload"});
    const int before = main_pid_of("keeper");
    ASSERT_EQ(::kill(before, SIGKILL), 0);
    ASSERT_TRUE(eventually([&] {
        const int now = main_pid_of("keeper");
        return now != 0 && now != before && state_of("keeper") == "running";
    }));
    expect_secrets(canary);

    kill_agent();
    EXPECT_EQ(state_of("keeper"), "running");
    expect_secrets(canary);
    set("api-key", "another");
    expect_secrets(canary);  // until it is started anew
    EXPECT_EQ(mcpctl({"restart", "keeper"}).status, 0);
    expect_secrets("another");
}

TEST_F(Secret, ReachesStdioServersToo) {
    set("api-key");
    add_server({{"name", "pipe"},
                {"run", {{"command", {"mcp-test-server", "stdio"}}}},
                {"secrets", {{{"name", "api-key"}, {"env", "API_KEY"}}}}});
    start("pipe");
    const Output called = mcpctl({"call", "pipe", "environment", "-o", "json"});
    EXPECT_EQ(called.status, 0) << called.err;
    EXPECT_THAT(called.out, HasSubstr(canary));
}

TEST_F(Secret, ThatIsMissingFailsTheStartByName) {
    set("tls-key");
    define_with_secrets("keeper");
    const Output started = mcpctl({"start", "keeper"});
    EXPECT_EQ(started.status, 1);
    EXPECT_THAT(started.err, HasSubstr("the secret api-key is not set"));
    EXPECT_THAT(started.err, HasSubstr("mcpctl secret set api-key"));
    EXPECT_EQ(mcpctl({"list", "-o", "name"}).out, "");
    set("api-key");
    start("keeper");
    EXPECT_EQ(variable_of("keeper", "API_KEY"), canary);
}

TEST_F(Secret, StaysAsLongAsSomebodyNamesIt) {
    set("api-key");
    set("tls-key");
    define_with_secrets("keeper");
    start("keeper");
    const Output refused = mcpctl({"secret", "remove", "api-key", "--yes"});
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.err, HasSubstr("secret api-key is used by profile keeper, instance keeper"));
    EXPECT_EQ(mcpctl_json({"secret", "list"})[0]["usedBy"], Json({"profile keeper", "instance keeper"}));
}

// A file that was copied over another one is not the other secret.
TEST_F(Secret, IsBoundToItsName) {
    set("api-key");
    set("tls-key", "something else");
    define_with_secrets("keeper");
    fs::copy_file("/var/lib/mcpctl/secrets/api-key", "/var/lib/mcpctl/secrets/tls-key",
                  fs::copy_options::overwrite_existing);
    const Output started = mcpctl({"start", "keeper"});
    EXPECT_EQ(started.status, 1);
    EXPECT_THAT(started.err, HasSubstr("its secrets cannot be decrypted"));
}

TEST_F(Secret, IsForAdministratorsAlone) {
    const User alice{"alice"};
    alice.make();
    set("api-key");
    EXPECT_EQ(alice.run({"mcpctl", "secret", "list"}).status, 3);
    EXPECT_EQ(alice.run({"mcpctl", "secret", "set", "mine", "--file", "/etc/passwd"}).status, 3);
    EXPECT_NE(alice.run({"cat", "/var/lib/mcpctl/secrets/api-key"}).status, 0);
    define_test_server("other");
    start("other");
    const Json read = McpClient::of("other").data("read_file", {{"path", "/var/lib/mcpctl/secrets/api-key"}});
    EXPECT_THAT(read.value("errno", "none"), ::testing::AnyOf("EACCES", "ENOENT"));
}

TEST_F(Secret, IsRefusedWithoutBeingRepeated) {
    const Output bad_name = mcpctl({"secret", "set", "Api Key"}, std::string(canary));
    EXPECT_EQ(bad_name.status, 2);
    EXPECT_THAT(bad_name.err, Not(HasSubstr(canary)));
    EXPECT_EQ(mcpctl({"secret", "set", "api-key"}, "").status, 2);
    const Output too_long = mcpctl({"secret", "set", "api-key"}, std::string(canary) + std::string(16 * 1024, 'x'));
    EXPECT_EQ(too_long.status, 1);
    EXPECT_THAT(too_long.err, HasSubstr("16 KiB"));
    EXPECT_THAT(too_long.err, Not(HasSubstr(canary)));
    set("largest", std::string(16 * 1024, 'x'));
}

// What is no secret by its definition is seen where this looks for secrets.
TEST_F(Secret, IsLookedForWhereItWouldBeSeen) {
    define_test_server("careless", {}, {{"env", {{"API_KEY", decoy}}}});
    start("careless");
    std::set<std::string> seen;
    for (const Command& command : views_of("careless")) {
        if (!shown_around(decoy, command).empty()) {
            seen.insert(command.front() + ' ' + command[1]);
        }
    }
    EXPECT_THAT(seen, ::testing::IsSupersetOf({"mcpctl profile", "systemctl show", "systemctl cat",
                                               "systemd-analyze dump", "find /run/systemd", "find /var/lib/mcpctl"}));
}

// Everywhere but with the server, which has it in a file and a variable that its own user alone can read.
TEST_F(Secret, LeavesNoTrace) {
    set("api-key");
    set("tls-key");
    EXPECT_FALSE(memory_holds_canary(agent_pid()));
    define_with_secrets("keeper");
    start("keeper");
    EXPECT_EQ(variable_of("keeper", "API_KEY"), canary);
    systemctl({"daemon-reload"});
    // Not on record either where it was refused, or where the server died of it.
    mcpctl({"secret", "set", "No Name"}, std::string(canary));
    set("no-variable", std::format("{}{}{}", canary, '\0', canary));
    add_profile(
        {{"name", "broken"}, {"server", "keeper-server"}, {"secrets", {{{"name", "no-variable"}, {"env", "A"}}}}});
    const Output broken = mcpctl({"start", "broken"});
    EXPECT_EQ(broken.status, 1);
    EXPECT_THAT(broken.err, HasSubstr("no-variable: holds a NUL byte"));
    EXPECT_THAT(broken.err, Not(HasSubstr(canary)));
    EXPECT_TRUE(eventually([] { return mcpctl({"audit", "-o", "ndjson"}).out.contains("set-secret"); }));

    expect_no_canary_in(views_of("keeper"));
    for (const int pid : {agent_pid(), main_pid_of("keeper")}) {
        const std::string limits = run({"cat", std::format("/proc/{}/limits", pid)}).out;
        EXPECT_THAT(limits, ::testing::ContainsRegex("Max core file size +0 +0 ")) << "a core file would hold it";
    }
}

class SecretOfAContainer : public OnEachEngine {
  protected:
    void TearDown() override {
        OnEachEngine::TearDown();
        mcpctl({"secret", "remove", "api-key", "--yes"});
        EXPECT_TRUE(!fs::exists("/run/mcpctl-secrets") || fs::is_empty("/run/mcpctl-secrets")) << "left behind";
    }
    static void set(std::string_view value) {
        const Output done = mcpctl({"secret", "set", "api-key"}, std::string(value));
        ASSERT_EQ(done.status, 0) << done.err;
    }
    void define_with_secret(Json settings = Json::object()) const {
        settings["secrets"] = {{{"name", "api-key"}}};
        define_in_container("boxed", {}, std::move(settings));
    }
    static Json read(const std::string& path) { return McpClient::of("boxed").data("read_file", {{"path", path}}); }
};

INSTANTIATE_TEST_SUITE_P(Engines, SecretOfAContainer, engines, name_of_engine);

TEST_P(SecretOfAContainer, IsAFileThatAnyUserOfTheImageCanReadAndNobodyWrite) {
    set(canary);
    const std::string image = "localhost/mcp-test-server:of-a-user";
    const Output made =
        run({"/bin/sh", "-c",
             "tar -C /usr/local/bin -c mcp-test-server | " + tool() +
                 " import --change 'ENTRYPOINT [\"/mcp-test-server\"]' --change 'USER 1234' - " + image});
    ASSERT_EQ(made.status, 0) << made.err;
    Json server = server_in_container("boxed");
    server["run"]["image"] = image;
    add_server(server);
    add_profile(profile_in_container("boxed", tool(), {{"secrets", {{{"name", "api-key"}}}}}));
    start("boxed");
    EXPECT_EQ(read("/run/secrets/api-key").value("content", "not there"), canary);
    EXPECT_EQ(McpClient::of("boxed").data("environment")["variables"]["CREDENTIALS_DIRECTORY"], "/run/secrets");
}

TEST_P(SecretOfAContainer, LeavesNoTraceWithTheEngine) {
    set(canary);
    define_with_secret();
    start("boxed");
    ASSERT_EQ(read("/run/secrets/api-key").value("content", "not there"), canary);
    systemctl({"daemon-reload"});
    expect_no_canary_in(views_of("boxed"));
    expect_no_canary_in({{tool(), "inspect", container_of("boxed")},
                         {tool(), "logs", container_of("boxed")},
                         {tool(), "diff", container_of("boxed")}});
    const User alice{"alice"};
    alice.make();
    const std::string file = std::format("/run/mcpctl-secrets/{}/files/api-key", container_of("boxed"));
    EXPECT_EQ(output_of({"cat", file}), canary);
    EXPECT_NE(alice.run({"cat", file}).status, 0);
}

TEST_P(SecretOfAContainer, StaysWhenItsRelayIsKilledAndIsNewAfterARestart) {
    set(canary);
    define_with_secret({{"restart", {{"policy", "always"}, {"initialDelay", "100ms"}}}});
    start("boxed");
    const int before = main_pid_of("boxed");
    ASSERT_EQ(::kill(before, SIGKILL), 0);
    ASSERT_TRUE(eventually([&] {
        const int now = main_pid_of("boxed");
        return now != 0 && now != before && state_of("boxed") == "running";
    }));
    EXPECT_EQ(read("/run/secrets/api-key").value("content", "not there"), canary);
    set("another");
    EXPECT_EQ(mcpctl({"restart", "boxed"}).status, 0);
    EXPECT_EQ(read("/run/secrets/api-key").value("content", "not there"), "another");
}

TEST_P(SecretOfAContainer, ThatIsMissingFailsTheStartByName) {
    define_with_secret();
    const Output started = mcpctl({"start", "boxed"});
    EXPECT_EQ(started.status, 1);
    EXPECT_THAT(started.err, HasSubstr("the secret api-key is not set"));
    EXPECT_EQ(mcpctl({"list", "-o", "name"}).out, "");
}

}  // namespace
}  // namespace mcpctl::test
