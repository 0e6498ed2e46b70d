// What a server cannot do, tried from inside (B10). A score is not protection.
#include <filesystem>
#include <fstream>

#include "tests/system/support/machine_test.hpp"

namespace mcpctl::test {
namespace {

using ::testing::AnyOf;
using ::testing::Contains;

class Sandbox : public MachineTest {
  protected:
    static void expect_failure(const Json& result, const std::vector<std::string>& errors) {
        EXPECT_THAT(errors, Contains(result.value("errno", "none")));
    }
};

TEST_F(Sandbox, AServerWritesNowhereButInItsOwnDirectories) {
    define_test_server("inside");
    start("inside");
    McpClient inside = McpClient::of("inside");
    for (const char* path : {"/etc/x", "/usr/x", "/var/x", "/var/lib/x", "/run/x", "/x", "/var/lib/mcpctl/x",
                             "/var/lib/mcpctl-profiles/x", "/sys/x", "/proc/sys/kernel/hostname", "/home/x"}) {
        SCOPED_TRACE(path);
        expect_failure(inside.data("write_file", {{"path", path}, {"text", "x"}}),
                       {"EROFS", "EACCES", "ENOENT", "EPERM"});
    }
    for (const char* path : {"/tmp/x", "/var/lib/mcpctl-profiles/inside/x", "/var/cache/mcpctl-profiles/inside/x"}) {
        SCOPED_TRACE(path);
        EXPECT_EQ(inside.data("write_file", {{"path", path}, {"text", "x"}})["bytes"], 1);
    }
    EXPECT_FALSE(std::filesystem::exists("/tmp/x"));
}

TEST_F(Sandbox, AServerReadsNobodysHomeAndNoSecrets) {
    std::filesystem::create_directories("/home/somebody");
    std::ofstream("/home/somebody/diary") << "private";
    define_test_server("inside");
    start("inside");
    McpClient inside = McpClient::of("inside");
    for (const char* path : {"/home/somebody/diary", "/root/.bashrc", "/etc/shadow", "/var/lib/mcpctl/mcpctl.db",
                             "/proc/1/environ", "/dev/kmsg"}) {
        SCOPED_TRACE(path);
        expect_failure(inside.data("read_file", {{"path", path}}), {"ENOENT", "EACCES", "EPERM"});
    }
    std::filesystem::remove_all("/home/somebody");
}

TEST_F(Sandbox, PathsThatTheProfileNamesAreThere) {
    std::filesystem::create_directories("/home/somebody/notes");
    std::ofstream("/home/somebody/notes/today") << "hello";
    define_test_server("reader", {}, {{"sandbox", {{"readPaths", {"/home/somebody/notes"}}}}});
    start("reader");
    McpClient reader = McpClient::of("reader");
    EXPECT_EQ(reader.data("read_file", {{"path", "/home/somebody/notes/today"}})["content"], "hello");
    expect_failure(reader.data("write_file", {{"path", "/home/somebody/notes/x"}, {"text", "x"}}), {"EROFS", "EACCES"});
    std::filesystem::remove_all("/home/somebody");
}

TEST_F(Sandbox, AServerReachesNoSocketThatIsAsGoodAsRoot) {
    define_test_server("inside");
    start("inside");
    McpClient inside = McpClient::of("inside");
    for (const char* path : {"/run/docker.sock", "/run/mcpctl/agent.socket", "/run/dbus/system_bus_socket",
                             "/run/systemd/private", "/run/podman/podman.sock"}) {
        SCOPED_TRACE(path);
        expect_failure(inside.data("connect", {{"address", path}}), {"ENOENT", "EACCES", "EPERM"});
    }
}

TEST_F(Sandbox, AServerOpensOnlyTheSocketsThatItNeeds) {
    define_test_server("inside");
    start("inside");
    McpClient inside = McpClient::of("inside");
    EXPECT_EQ(inside.data("socket", {{"family", "inet"}})["ok"], true);
    for (const char* family : {"packet", "vsock", "bluetooth", "alg"}) {
        SCOPED_TRACE(family);
        expect_failure(inside.data("socket", {{"family", family}}), {"EAFNOSUPPORT", "EPERM"});
    }
}

TEST_F(Sandbox, AServerReachesNoOtherHostUnlessAllowedTo) {
    // To the filter the address counts, not the way there.
    ASSERT_EQ(run({"ip", "address", "add", "192.0.2.1/32", "dev", "lo"}).status, 0);
    define_test_server("inside");
    define_test_server("outside", {}, {{"sandbox", {{"network", "full"}}}});
    start("inside");
    start("outside");
    // Nobody listens there: whoever is let through is refused by the kernel, at once.
    const Json elsewhere{{"address", "192.0.2.1"}, {"port", 9}, {"timeout_ms", 500}};
    expect_failure(McpClient::of("inside").data("connect", elsewhere), {"EPERM", "ETIMEDOUT"});
    expect_failure(McpClient::of("outside").data("connect", elsewhere), {"ECONNREFUSED"});
    run({"ip", "address", "delete", "192.0.2.1/32", "dev", "lo"});
}

TEST_F(Sandbox, AServerListensOnNoPortButItsOwn) {
    define_test_server("inside", {"--port", "28999"}, {{"startTimeout", 2}});
    const Output started = mcpctl({"start", "inside"});
    EXPECT_EQ(started.status, 1);
    EXPECT_THAT(started.err,
                AnyOf(::testing::HasSubstr("Permission denied"), ::testing::HasSubstr("Operation not permitted")));
}

TEST_F(Sandbox, LimitsOfTheProfileHold) {
    define_test_server("small", {}, {{"limits", {{"memory", 64 << 20}, {"cpu", 0.5}, {"tasks", 8}}}});
    const std::string unit = start("small")["unit"];
    EXPECT_EQ(show(unit, "MemoryMax"), std::to_string(64 << 20));
    EXPECT_EQ(show(unit, "CPUQuotaPerSecUSec"), "500ms");
    EXPECT_EQ(show(unit, "TasksMax"), "8");
}

}  // namespace
}  // namespace mcpctl::test
