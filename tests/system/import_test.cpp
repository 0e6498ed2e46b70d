// M16, B11: servers come from the files of MCP clients, and go back into them.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <format>
#include <fstream>
#include <iterator>

#include "tests/system/support/machine_test.hpp"
#include "tests/system/support/session_client.hpp"

namespace mcpctl::test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
namespace fs = std::filesystem;

// Of tests/fixtures/clients/claude_desktop_config.json.
constexpr std::string_view canary = "sk-example-9f3c61d2a7";

std::string fixture(const std::string& name) {
    return std::string(MCPCTL_INTERFACES) + "/../../tests/fixtures/clients/" + name;
}

std::string content(const fs::path& file) {
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<std::string> names_of(const std::string& kind) {
    std::vector<std::string> names;
    for (const Json& one : mcpctl_json({kind, "list"})) {
        names.push_back(one["name"]);
    }
    return names;
}

class Import : public MachineTest {
  protected:
    void SetUp() override {
        MachineTest::SetUp();
        fs::create_directories(folder);
    }
    void TearDown() override {
        MachineTest::TearDown();
        for (const std::string& name : names_of("secret")) {
            EXPECT_EQ(mcpctl({"secret", "remove", name, "--yes"}).status, 0) << name;
        }
        fs::remove_all(folder);
        fs::remove_all("/home/import");
    }
    static std::string file(const std::string& text, const std::string& name = "client.json") {
        const std::string path = (fs::path(folder) / name).string();
        std::ofstream(path) << text;
        return path;
    }
    // With -o json; fails the test when that fails.
    static Json imported(const std::string& path, std::vector<std::string> more = {}) {
        more.insert(more.begin(), {"import", path, "--yes"});
        return mcpctl_json(more);
    }
    static void expect_nothing_defined() {
        EXPECT_THAT(names_of("server"), IsEmpty());
        EXPECT_THAT(names_of("secret"), IsEmpty());
    }

    static constexpr const char* folder = "/var/lib/import-test";
};

TEST_F(Import, TakesWhatClaudeDesktopHasAndHidesItsSecrets) {
    const Json result = imported(fixture("claude_desktop_config.json"));
    EXPECT_EQ(result["applied"], true);
    EXPECT_THAT(names_of("server"), UnorderedElementsAre("everything-server", "memory", "sequential-thinking"));
    EXPECT_THAT(names_of("secret"), UnorderedElementsAre("everything-server-example-api-key"));
    EXPECT_EQ(mcpctl_json({"profile", "show", "sequential-thinking"})["sandbox"]["network"], "full");
    start("everything-server");
    EXPECT_FALSE(SessionClient::open("everything-server").initialize().is_null());
    start("memory");
    EXPECT_FALSE(SessionClient::open("memory").initialize().is_null());
    const std::vector<std::vector<std::string>> views{{"mcpctl", "server", "show", "everything-server", "-o", "json"},
                                                      {"mcpctl", "export"},
                                                      {"mcpctl", "audit", "-o", "ndjson"},
                                                      {"sh", "-c", "cat /proc/[0-9]*/cmdline"},
                                                      {"sh", "-c", "cat /var/lib/mcpctl/*.db*"},
                                                      // Of sessions and standbys, which come and go.
                                                      {"systemctl", "cat", "mcpctl-*.service"},
                                                      {"systemctl", "show", "mcpctl-*.service"}};
    for (const auto& view : views) {
        const Output shown = run(view);
        EXPECT_NE(shown.out, "") << view.back();
        EXPECT_FALSE((shown.out + shown.err).contains(canary)) << view[1];
    }
}

TEST_F(Import, TakesEachFormOfFile) {
    const std::vector<std::pair<std::string, std::string>> files{{"claude.json", "time"},
                                                                 {"project.mcp.json", "notion"},
                                                                 {"vscode-mcp.json", "perplexity"},
                                                                 {"server.json", "weather"}};
    for (const auto& [name, server] : files) {
        const Output done = run({"env", "SEARCH_API_KEY=a", "PERPLEXITY_API_KEY=b", "WEATHER_API_KEY=c", "mcpctl",
                                 "import", fixture(name), "--yes"});
        EXPECT_EQ(done.status, 0) << name << ": " << done.err;
        EXPECT_THAT(done.out, HasSubstr("Imported ")) << name;
        EXPECT_THAT(names_of("server"), Contains(server)) << name;
    }
    // Again: nothing is to be done.
    const Output again = run({"env", "WEATHER_API_KEY=c", "mcpctl", "import", fixture("server.json"), "--yes"});
    EXPECT_EQ(again.status, 0) << again.err;
    EXPECT_THAT(again.out, HasSubstr("it is defined here, and the same"));
}

TEST_F(Import, RefusesWithoutValuesAndChangesNothing) {
    const Output refused = mcpctl({"import", fixture("vscode-mcp.json"), "--yes"});
    EXPECT_EQ(refused.status, 2);
    EXPECT_THAT(refused.err, HasSubstr("perplexity wants Perplexity API Key"));
    EXPECT_THAT(refused.err, HasSubstr("set PERPLEXITY_API_KEY in the environment"));
    expect_nothing_defined();
    const Output unasked = mcpctl({"import", fixture("claude_desktop_config.json")});
    EXPECT_EQ(unasked.status, 2);
    EXPECT_THAT(unasked.err, HasSubstr("--yes"));
    const Output dry = mcpctl({"import", fixture("claude_desktop_config.json"), "--dry-run"});
    EXPECT_EQ(dry.status, 0) << dry.err;
    EXPECT_THAT(dry.out, HasSubstr("becomes the secret everything-server-example-api-key"));
    EXPECT_FALSE(dry.out.contains(canary));
    expect_nothing_defined();
}

TEST_F(Import, TakesBackWhatWasDoneWhenTheAgentRefuses) {
    const std::string path = file(R"({"mcpServers": {
        "good": {"command": "mcp-server-everything", "env": {"API_KEY": "1234567"}},
        "bad": {"command": "mcp-server-everything", "env": {"LD_PRELOAD": "/x.so"}}}})");
    const Output refused = mcpctl({"import", path, "--yes"});
    EXPECT_EQ(refused.status, 2) << refused.err;
    EXPECT_THAT(refused.err, HasSubstr("bad: LD_PRELOAD cannot be set"));
    EXPECT_THAT(refused.err, HasSubstr("nothing was changed"));
    expect_nothing_defined();
}

TEST_F(Import, LetsAServerReadTheFolderThatItsArgumentsName) {
    fs::create_directories("/home/import/.vscode");
    fs::create_directories("/home/import/docs");
    std::ofstream("/home/import/docs/hello.txt") << "hello";
    fs::copy_file(fixture("vscode-mcp.json"), "/home/import/.vscode/mcp.json");
    imported("/home/import/.vscode/mcp.json", {"--only", "files"});
    EXPECT_EQ(mcpctl_json({"profile", "show", "files"})["sandbox"]["readPaths"], Json::array({"/home/import/docs"}));
    start("files");
    SessionClient client = SessionClient::open("files");
    client.initialize();
    const Json list =
        client.request("tools/call", {{"name", "list_directory"}, {"arguments", {{"path", "/home/import/docs"}}}});
    EXPECT_THAT(list.dump(), HasSubstr("hello.txt"));
}

TEST_F(Import, ReplacesOnlyWhenAskedToAndWhenNothingRuns) {
    const std::string path =
        file(R"({"mcpServers": {"a": {"command": "mcp-server-memory", "env": {"A_KEY": "one"}}}})");
    imported(path);
    start("a");
    file(R"({"mcpServers": {"a": {"command": "mcp-server-everything", "env": {"A_KEY": "two"}}}})");
    const Output skipped = mcpctl({"import", path, "--yes"});
    EXPECT_EQ(skipped.status, 1);
    EXPECT_THAT(skipped.out, HasSubstr("--replace"));
    const Output in_use = mcpctl({"import", path, "--yes", "--replace"});
    EXPECT_EQ(in_use.status, 1);
    EXPECT_THAT(in_use.err, HasSubstr("server a is used by the instances a"));
    stop("a");
    imported(path, {"--replace"});
    EXPECT_EQ(mcpctl_json({"server", "show", "a"})["run"]["command"], Json::array({"mcp-server-everything"}));
    EXPECT_THAT(names_of("secret"), UnorderedElementsAre("a-key"));
}

TEST_F(Import, RefusesWhatIsNoConfigurationWithItsLine) {
    const Output invalid = mcpctl({"import", file("{\n  // x\n  \"mcpServers\": oops\n}"), "--yes"});
    EXPECT_EQ(invalid.status, 2);
    EXPECT_THAT(invalid.err, HasSubstr("line 3"));
    EXPECT_EQ(mcpctl({"import", file("{\"a\": 1}"), "--yes"}).status, 2);
    EXPECT_EQ(mcpctl({"import", "/nowhere.json", "--yes"}).status, 4);
    EXPECT_EQ(mcpctl({"import", fixture("claude.json"), "--only", "tiem", "--yes"}).status, 4);
    expect_nothing_defined();
}

TEST_F(Import, ReadsBackWhatAnExportPrinted) {
    imported(fixture("definitions.json"));
    EXPECT_THAT(names_of("profile"), UnorderedElementsAre("round", "round-small"));
    const std::string before = mcpctl({"export"}).out;
    EXPECT_THAT(mcpctl({"import", "-", "--yes"}, before).out, HasSubstr("it is defined here, and the same"));
    for (const std::string& name : names_of("profile")) {
        EXPECT_EQ(mcpctl({"profile", "remove", name, "--yes"}).status, 0);
    }
    for (const std::string& name : names_of("server")) {
        EXPECT_EQ(mcpctl({"server", "remove", name, "--yes"}).status, 0);
    }
    const Output back = mcpctl({"import", "-", "--yes"}, before);
    EXPECT_EQ(back.status, 0) << back.err;
    EXPECT_EQ(mcpctl({"export"}).out, before);
}

TEST_F(Import, WritesIntoAClientsFileAndKeepsWhatElseIsInIt) {
    add_server({{"name", "everything"}, {"run", {{"command", {"mcp-server-everything"}}}}});
    start("everything");
    const std::string old =
        "{\n  // mine\n  \"theme\": \"dark\",\n  \"mcpServers\": {\n    \"a\": {\"command\": \"x\"},\n  },\n}\n";
    const std::string path = file(old);
    fs::permissions(path, fs::perms(0640));
    ASSERT_EQ(::chown(path.c_str(), 65534, 65534), 0);
    const std::vector<std::string> write{"export", "--client", "claude-desktop", "--write", "--file", path};
    const Output written = mcpctl(write);
    ASSERT_EQ(written.status, 0) << written.err;
    EXPECT_THAT(written.out, HasSubstr("everything: added"));
    EXPECT_EQ(content(path),
              "{\n  // mine\n  \"theme\": \"dark\",\n  \"mcpServers\": {\n    \"a\": {\"command\": \"x\"},\n    "
              "\"everything\": {\n      \"command\": \"mcpctl\",\n      \"args\": [\n        \"connect\",\n        "
              "\"everything\"\n      ]\n    }\n  },\n}\n");
    std::vector<std::string> backups;
    for (const auto& entry : fs::directory_iterator(folder)) {
        struct stat status{};
        ASSERT_EQ(::stat(entry.path().c_str(), &status), 0);
        EXPECT_EQ(status.st_uid, 65534U) << entry.path();
        EXPECT_EQ(status.st_mode & 07777, 0640U) << entry.path();
        if (entry.path().string().contains(".bak-")) {
            backups.push_back(entry.path());
        }
    }
    ASSERT_EQ(backups.size(), 1U);
    EXPECT_EQ(content(backups[0]), old);
    EXPECT_THAT(mcpctl(write).out, HasSubstr("stays as it is"));
    // What is ours is not imported again.
    EXPECT_THAT(mcpctl({"import", path, "--dry-run"}).out, HasSubstr("it is a service here already: everything"));
}

TEST_F(Import, DoesNotWriteThroughLinksNorIntoWhatIsNoJson) {
    add_server({{"name", "everything"}, {"run", {{"command", {"mcp-server-everything"}}}}});
    start("everything");
    const std::string path = file("{\n  \"mcpServers\": {,}\n}");
    const Output invalid = mcpctl({"export", "--client", "cursor", "--write", "--file", path});
    EXPECT_EQ(invalid.status, 2);
    EXPECT_THAT(invalid.err, HasSubstr("line 2"));
    EXPECT_EQ(content(path), "{\n  \"mcpServers\": {,}\n}");
    fs::create_symlink(path, std::string(folder) + "/link.json");
    const Output link =
        mcpctl({"export", "--client", "cursor", "--write", "--file", std::string(folder) + "/link.json"});
    EXPECT_EQ(link.status, 2);
    EXPECT_THAT(link.err, HasSubstr("is a symbolic link"));
    EXPECT_EQ(std::distance(fs::directory_iterator(folder), fs::directory_iterator()), 2);
    // Each client has its own name for the section.
    const Json vscode = Json::parse(mcpctl({"export", "--client", "vscode", "everything"}).out);
    EXPECT_EQ(vscode["servers"]["everything"]["args"], Json::array({"connect", "everything"}));
    EXPECT_EQ(mcpctl({"export", "--client", "vscode", "evrything"}).status, 4);
}

TEST_F(Import, LeavesOutInstancesThatAreReachedByTheirAddress) {
    define_test_server("http");
    start("http");
    const Output none = mcpctl({"export", "--client", "cursor"});
    EXPECT_EQ(none.status, 7);
    EXPECT_THAT(none.err, HasSubstr("http is left out: it speaks streamable-http"));
}

}  // namespace
}  // namespace mcpctl::test
