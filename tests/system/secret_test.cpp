// B07: secrets from the administrator's command to the server that gets them, and nowhere else.
#include <signal.h>
#include <sys/stat.h>

#include <filesystem>
#include <format>
#include <fstream>

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

// Searched here and not by grep, whose own arguments everybody can read.
void expect_no_canary_in(const std::vector<std::string>& command) {
    const Output output = run(command);
    EXPECT_FALSE((output.out + output.err).empty()) << command.front() << " shows nothing at all";
    for (const std::string_view form : {canary, canary_in_base64}) {
        const std::size_t at = (output.out + output.err).find(form);
        EXPECT_EQ(at, std::string::npos) << command.front() << ' ' << command.back() << " shows it: "
                                         << (output.out + output.err).substr(at > 200 ? at - 200 : 0, 300);
    }
}

void expect_no_canary_in_files(std::vector<std::string> directories) {
    directories.insert(directories.begin(), "find");
    directories.insert(directories.end(), {"-type", "f", "-exec", "cat", "{}", "+"});
    expect_no_canary_in(directories);
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

// Everywhere but with the server, which has it in a file and a variable that its own user alone can read.
TEST_F(Secret, LeavesNoTrace) {
    set("api-key");
    set("tls-key");
    EXPECT_FALSE(memory_holds_canary(agent_pid()));
    define_with_secrets("keeper");
    const std::string unit = start("keeper")["unit"];
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

    expect_no_canary_in({"busctl", "--json=short", "call", "org.mcpctl.Agent1", "/org/mcpctl/Agent1",
                         "org.freedesktop.DBus.ObjectManager", "GetManagedObjects"});
    expect_no_canary_in({"mcpctl", "status", "keeper", "-o", "json"});
    expect_no_canary_in({"mcpctl", "profile", "show", "keeper", "-o", "json"});
    expect_no_canary_in({"mcpctl", "secret", "list", "-o", "json"});
    expect_no_canary_in({"mcpctl", "audit", "-o", "ndjson"});
    expect_no_canary_in({"mcpctl", "logs", "keeper"});
    expect_no_canary_in({"systemctl", "show", "--all", unit});
    expect_no_canary_in({"systemctl", "cat", unit});
    expect_no_canary_in({"systemd-analyze", "dump"});
    expect_no_canary_in({"journalctl", "--no-pager", "--output=export", "--boot", "--all"});
    expect_no_canary_in_files({"/run/systemd", "/run/mcpctl"});
    expect_no_canary_in_files({"/var/lib/mcpctl", "/var/lib/mcpctl-profiles", "/var/lib/systemd", "/etc/mcpctl"});
    expect_no_canary_in({"sh", "-c", "cat /proc/[0-9]*/cmdline"});
    expect_no_canary_in({"sh", "-c", std::format("cat /proc/{0}/cmdline /proc/{0}/environ", agent_pid())});
    for (const int pid : {agent_pid(), main_pid_of("keeper")}) {
        const std::string limits = run({"cat", std::format("/proc/{}/limits", pid)}).out;
        EXPECT_THAT(limits, ::testing::ContainsRegex("Max core file size +0 +0 ")) << "a core file would hold it";
    }
}

}  // namespace
}  // namespace mcpctl::test
