// The package: an upgrade that nobody notices, and a purge that leaves nothing. Run in this order in a machine of their
// own (./dev test system Package).
#include <filesystem>
#include <fstream>

#include "tests/system/support/machine_test.hpp"
#include "tests/system/support/session_client.hpp"

namespace mcpctl::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
namespace fs = std::filesystem;

constexpr const char* newer_version = "99.0";

fs::path built_package() {
    for (const auto& entry : fs::directory_iterator("/src/mcpctl/build/deb")) {
        if (entry.path().filename().string().starts_with("mcpctl_")) {
            return entry.path();
        }
    }
    return {};
}

// The same package under a higher version.
fs::path newer_package() {
    const fs::path tree = "/var/tmp/newer";
    const fs::path package = "/var/tmp/newer.deb";
    output_of({"dpkg-deb", "--raw-extract", built_package(), tree});
    output_of({"sed", "-i", std::string("s/^Version: .*/Version: ") + newer_version + "/", tree / "DEBIAN/control"});
    output_of({"dpkg-deb", "--root-owner-group", "-Znone", "--build", tree, package});
    fs::remove_all(tree);
    return package;
}

std::string installed_version() {
    return run({"dpkg-query", "--show", "--showformat", "${Version}", "mcpctl"}).out;
}

// Everything that has the package's name, but for what the journal keeps and what the tests brought.
std::string what_is_left() {
    std::string left;
    for (const char* place : {"/etc", "/usr", "/var", "/run", "/opt", "/var/lib/private", "/var/cache/private"}) {
        left += run({"find", place, "-xdev", "-name", "*mcpctl*", "-not", "-path", "/var/log/*", "-not", "-path",
                     "/var/lib/reports/*", "-not", "-path", "/run/log/*"})
                    .out;
    }
    for (const char* database : {"passwd", "group"}) {
        left += run({"getent", database, "mcpctl", "mcpctl-bridge"}).out;
    }
    left += run({"systemctl", "list-units", "--all", "--plain", "--no-legend", "mcpctl*"}).out;
    left += run({"pgrep", "--list-full", "mcp-test|mcpctl-agent|mcpctl-http"}).out;
    left += run({"sh", "-c", "grep --no-messages --files-with-matches --recursive --exclude='*-' mcpctl /etc"}).out;
    return left;
}

class PackageUpgrade : public MachineTest {};

TEST_F(PackageUpgrade, KeepsInstancesAndSessionsRunning) {
    ASSERT_FALSE(built_package().empty());
    define_test_server("echo");
    start("echo");
    add_server({{"name", "files"}, {"transport", "stdio"}, {"run", {{"command", {"mcp-test-server", "stdio"}}}}});
    start("files");
    SessionClient session = SessionClient::open("files");
    session.initialize();
    const int server = main_pid_of("echo");
    const int agent = agent_pid();
    ASSERT_NE(agent, 0);

    const fs::path package = newer_package();
    const Output upgraded = run({"dpkg", "--install", package});
    fs::remove(package);
    ASSERT_EQ(upgraded.status, 0) << upgraded.err;

    EXPECT_EQ(installed_version(), newer_version);
    EXPECT_EQ(main_pid_of("echo"), server);
    EXPECT_EQ(state_of("echo"), "running");
    const Json answer = session.request("tools/call", {{"name", "echo"}, {"arguments", {{"text", "still here"}}}});
    EXPECT_THAT(answer.dump(), HasSubstr("still here")) << "on the descriptor that was opened before";
    EXPECT_NE(agent_pid(), agent) << "the old agent is replaced";
    EXPECT_TRUE(is_active("mcpctl-agent.socket")) << "who calls next finds it";
    EXPECT_FALSE(is_active("mcpctl-http-bridge.socket")) << "nobody has enabled it";
    EXPECT_EQ(run({"systemctl", "is-system-running"}).out, "running\n") << run({"systemctl", "--failed"}).out;
    // The sessions of the new agent work as well.
    SessionClient another = SessionClient::open("files");
    EXPECT_FALSE(another.initialize().is_null());
}

// The machine is of no use to other tests afterwards.
class PackagePurge : public MachineTest {
  protected:
    void TearDown() override {}
};

TEST_F(PackagePurge, EndsWhatRunsAndLeavesNothing) {
    define_test_server("echo");
    start("echo");
    ASSERT_EQ(mcpctl({"secret", "set", "key"}, "value").status, 0);
    systemctl({"enable", "--now", "mcpctl-http-bridge.socket"});
    ASSERT_EQ(run({"curl", "--silent", "http://127.0.0.1:6270/livez"}).status, 0);
    fs::create_directory("/etc/mcpctl");
    std::ofstream("/etc/mcpctl/mcpctl.toml") << "[agent]\nidle_timeout = \"1m\"\n";

    const Output removed = run({"dpkg", "--remove", "mcpctl"});
    ASSERT_EQ(removed.status, 0) << removed.err;
    EXPECT_THAT(run({"pgrep", "--list-full", "mcp-test|mcpctl-agent|mcpctl-http"}).out, IsEmpty())
        << "what ran has ended";
    EXPECT_TRUE(fs::exists("/var/lib/mcpctl")) << "only a purge takes definitions and secrets";
    EXPECT_TRUE(fs::exists("/etc/mcpctl/mcpctl.toml"));

    const Output purged = run({"dpkg", "--purge", "mcpctl"});
    ASSERT_EQ(purged.status, 0) << purged.err;
    EXPECT_THAT(what_is_left(), IsEmpty());
    EXPECT_EQ(run({"systemctl", "is-system-running"}).out, "running\n") << run({"systemctl", "--failed"}).out;
    EXPECT_THAT(output_of({"journalctl", "--quiet", "--no-pager", "MCPCTL_PROFILE=echo"}), HasSubstr("listening on"))
        << "its logs stay with the journal";
}

}  // namespace
}  // namespace mcpctl::test
