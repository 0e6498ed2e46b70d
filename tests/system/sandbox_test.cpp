// What a server cannot do, tried from inside (B10). A score is not protection.
#include <filesystem>
#include <fstream>

#include "tests/system/support/machine_test.hpp"
#include "tests/system/support/session_client.hpp"
#include "tests/system/support/users.hpp"

namespace mcpctl::test {
namespace {

using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::HasSubstr;

class Sandbox : public MachineTest {
  protected:
    static void define_stdio(const std::string& name, Json settings) {
        add_server({{"name", name + "-server"}, {"run", {{"command", {"mcp-test-server", "stdio"}}}}});
        settings.update({{"name", name}, {"server", name + "-server"}});
        add_profile(settings);
    }
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
    for (const char* path : {"/home/somebody/diary", "/root/.bashrc", "/etc/shadow", "/var/lib/mcpctl/store.db",
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
    EXPECT_THAT(started.err, AnyOf(HasSubstr("Permission denied"), HasSubstr("Operation not permitted")));
}

// Whether HTTP or stdio, with a network or without.
struct Kind {
    const char* name;
    bool stdio;
    Json settings;
    double highest_exposure;  // by systemd-analyze security
};

const Kind kinds[] = {{"loopback", false, Json::object(), 1.5},
                      {"full", true, Json::object(), 1.5},
                      {"none", true, {{"sandbox", {{"network", "none"}}}}, 0.6},
                      {"no-jit", true, {{"sandbox", {{"network", "none"}, {"jit", false}}}}, 0.6}};

// Calls the test server's tools, over whatever it speaks.
class Inside {
  public:
    explicit Inside(const Kind& kind) : name_(kind.name) {
        if (kind.stdio) {
            session_.emplace(SessionClient::open(kind.name)).initialize();
        } else {
            client_.emplace(McpClient::of(kind.name));
        }
    }
    Json operator()(const std::string& tool, const Json& arguments) {
        return session_ ? session_->call(tool, arguments) : client_->data(tool, arguments);
    }
    // The process's unit.
    [[nodiscard]] std::string unit() const {
        return session_ ? session_of(name_, session_->id()).value("unit", "") : unit_of(name_);
    }
    // The errno, or "none" where it worked.
    std::string attempt(const std::string& what, Json arguments = Json::object()) {
        arguments["what"] = what;
        const Json result = (*this)("attempt", arguments);
        return result.value("ok", false) ? "none" : result.value("errno", "no answer");
    }

  private:
    std::string name_;
    std::optional<SessionClient> session_;
    std::optional<McpClient> client_;
};

class EveryKindOfSandbox : public Sandbox, public ::testing::WithParamInterface<Kind> {
  protected:
    void SetUp() override {
        Sandbox::SetUp();
        define_kind(GetParam());
    }
    static void define_kind(const Kind& kind) {
        if (!kind.stdio) {
            define_test_server(kind.name, {}, kind.settings);
        } else {
            define_stdio(kind.name, kind.settings);
        }
        start(kind.name);
    }
};

TEST_P(EveryKindOfSandbox, KeepsAServerFromWhatOnlyTheSystemDoes) {
    Inside inside(GetParam());
    for (const char* what : {"mount", "user-namespace", "mount-namespace", "network-namespace", "trace", "signal",
                             "become-root", "chroot", "real-time", "clock", "host-name"}) {
        EXPECT_EQ(inside.attempt(what), "EPERM") << what;
    }
    EXPECT_EQ(inside.attempt("setuid-file", {{"path", "/tmp/s"}}), "EPERM");
    EXPECT_EQ(inside.attempt("device", {{"path", "/tmp/disk"}}), "EPERM");
    EXPECT_EQ(inside.attempt("trace", {{"pid", agent_pid()}}), "EPERM");
    EXPECT_EQ(inside.attempt("signal", {{"pid", agent_pid()}}), "EPERM");
}

TEST_P(EveryKindOfSandbox, ForbidsExecutableMemoryWhereTheProfileSaysSo) {
    const bool jit = GetParam().settings.value("/sandbox/jit"_json_pointer, true);
    const std::string attempted = Inside(GetParam()).attempt("executable-memory");
    if (jit) {
        EXPECT_EQ(attempted, "none");
    } else {
        EXPECT_THAT(attempted, AnyOf("EPERM", "EACCES"));
    }
}

TEST_P(EveryKindOfSandbox, HidesTheStateAndProcessesOfOthers) {
    define_test_server("other");
    start("other");
    ASSERT_EQ(McpClient::of("other").data("write_file",
                                          {{"path", "/var/lib/mcpctl-profiles/other/private"}, {"text", "x"}})["bytes"],
              1);
    const int other = main_pid_of("other");
    Inside inside(GetParam());
    for (const std::string& path : {std::string("/var/lib/mcpctl-profiles/other/private"),
                                    std::string("/var/lib/private/mcpctl-profiles/other/private"),
                                    std::format("/proc/{}/environ", other), std::format("/proc/{}/cmdline", other)}) {
        SCOPED_TRACE(path);
        expect_failure(inside("read_file", {{"path", path}}), {"ENOENT", "EACCES", "EPERM"});
    }
    EXPECT_EQ(inside.attempt("signal", {{"pid", other}}), "EPERM");
}

TEST_P(EveryKindOfSandbox, ReachesNoSocketThatIsAsGoodAsRoot) {
    Inside inside(GetParam());
    for (const char* path : {"/run/docker.sock", "/run/mcpctl/agent.socket", "/run/dbus/system_bus_socket",
                             "/run/systemd/private", "/run/podman/podman.sock"}) {
        SCOPED_TRACE(path);
        expect_failure(inside("connect", {{"address", path}}), {"ENOENT", "EACCES", "EPERM"});
    }
}

// Lower is better.
double exposure_of(const std::string& unit) {
    const std::string text = output_of({"systemd-analyze", "security", "--no-pager", unit});
    const std::size_t at = text.find("Overall exposure level for ");
    const std::size_t colon = at == std::string::npos ? at : text.find(": ", at);
    EXPECT_NE(colon, std::string::npos) << text;
    return colon == std::string::npos ? 10 : std::stod(text.substr(colon + 2));
}

TEST_P(EveryKindOfSandbox, ExposesLittleByTheSystemsOwnMeasure) {
    Inside inside(GetParam());
    EXPECT_LE(exposure_of(inside.unit()), GetParam().highest_exposure);
}

INSTANTIATE_TEST_SUITE_P(OfInstances, EveryKindOfSandbox, ::testing::ValuesIn(kinds), [](const auto& kind) {
    return std::string(kind.param.name == std::string("no-jit") ? "no_jit" : kind.param.name);
});

TEST_F(Sandbox, ProfileShowTellsWhatItsInstancesRunUnder) {
    define_test_server("shown", {}, {{"limits", {{"tasks", 40}}}});
    const Json effective = mcpctl_json({"profile", "show", "shown", "--effective"});
    const std::string unit = start("shown")["unit"];
    EXPECT_EQ(effective["network"], "loopback");
    EXPECT_EQ(effective["profile"]["user"], "dynamic");
    for (const char* name : {"User", "NoNewPrivileges", "ProtectSystem", "ProtectHome", "PrivateTmp", "RemoveIPC",
                             "RestrictNamespaces", "StateDirectory", "TasksMax", "UMask"}) {
        EXPECT_EQ(effective["enforced"][name], Json({show(unit, name)})) << name;
    }
    EXPECT_EQ(mcpctl({"profile", "show", "no-such", "--effective"}).status, 4);
}

TEST_F(Sandbox, TheAgentItselfExposesLittle) {
    EXPECT_LE(exposure_of(agent_service), 1.6);
    EXPECT_LE(exposure_of("mcpctl-http-bridge.service"), 0.6);
}

TEST_F(Sandbox, AServerWithoutANetworkHasNoAddresses) {
    define_stdio("alone", {{"sandbox", {{"network", "none"}}}});
    start("alone");
    SessionClient alone = SessionClient::open("alone");
    alone.initialize();
    for (const char* family : {"inet", "inet6", "packet", "vsock"}) {
        SCOPED_TRACE(family);
        expect_failure(alone.call("socket", {{"family", family}}), {"EAFNOSUPPORT", "EPERM"});
    }
}

// A network namespace of its own, with an address of its own, is another machine to the kernel.
class AnotherMachine {
  public:
    AnotherMachine() {
        for (const std::vector<std::string>& command :
             {std::vector<std::string>{"ip", "netns", "add", "another"},
              {"ip", "link", "add", "to-another", "type", "veth", "peer", "name", "eth0", "netns", "another"},
              {"ip", "address", "add", "198.51.100.1/24", "dev", "to-another"},
              {"ip", "link", "set", "to-another", "up"},
              {"ip", "-n", "another", "address", "add", "198.51.100.2/24", "dev", "eth0"},
              {"ip", "-n", "another", "link", "set", "eth0", "up"}}) {
            output_of(command);
        }
    }
    AnotherMachine(const AnotherMachine&) = delete;
    AnotherMachine& operator=(const AnotherMachine&) = delete;
    ~AnotherMachine() {
        run({"ip", "link", "delete", "to-another"});
        run({"ip", "netns", "delete", "another"});
    }
    // curl's exit status: 0 where it was answered, 28 where nothing came back.
    [[nodiscard]] static int fetch(int port) {
        return run({"ip", "netns", "exec", "another", "curl", "--silent", "--output", "/dev/null", "--max-time", "3",
                    std::format("http://198.51.100.1:{}/mcp", port)})
            .status;
    }
};

// The test server listens on all addresses where it is told to, as most real ones do.
TEST_F(Sandbox, AnotherMachineReachesAServerOnlyWhereItsNetworkIsFull) {
    define_test_server("inside", {"--listen", "0.0.0.0"});
    define_test_server("outside", {"--listen", "0.0.0.0"}, {{"sandbox", {{"network", "full"}}}});
    const Json inside = start("inside");
    const Json outside = start("outside");
    const AnotherMachine another;
    EXPECT_EQ(AnotherMachine::fetch(outside["port"]), 0);
    EXPECT_EQ(AnotherMachine::fetch(inside["port"]), 28);
}

class AUserOfThisMachine : public Sandbox {
  protected:
    void SetUp() override {
        Sandbox::SetUp();
        alice_.make();
        std::filesystem::create_directories(notes_);
        std::ofstream(notes_ + "/today") << "hello";
        output_of({"chown", "-R", "alice:", notes_});
        output_of({"chmod", "700", notes_});
    }
    void TearDown() override {
        Sandbox::TearDown();
        std::filesystem::remove_all(notes_);
    }
    const User alice_{"alice"};
    const std::string notes_ = "/home/alice/notes";
};

TEST_F(AUserOfThisMachine, ReadsAndWritesAsHimselfWhatTheProfileNames) {
    define_test_server("hers", {}, {{"user", "alice"}, {"sandbox", {{"writePaths", {notes_}}}}});
    start("hers");
    McpClient hers = McpClient::of("hers");
    EXPECT_EQ(hers.data("status")["uid"].get<int>(), std::stoi(output_of({"id", "-u", "alice"})));
    EXPECT_EQ(hers.data("read_file", {{"path", notes_ + "/today"}})["content"], "hello");
    EXPECT_EQ(hers.data("write_file", {{"path", notes_ + "/tomorrow"}, {"text", "x"}})["bytes"], 1);
    EXPECT_THAT(output_of({"stat", "--format=%U", notes_ + "/tomorrow"}), HasSubstr("alice"));
    EXPECT_EQ(hers.data("write_file", {{"path", "/var/lib/mcpctl-users/alice/hers/x"}, {"text", "x"}})["bytes"], 1);
    expect_failure(hers.data("read_file", {{"path", "/home/alice/.bashrc"}}), {"ENOENT"});
    expect_failure(hers.data("read_file", {{"path", "/etc/shadow"}}), {"EACCES"});
    EXPECT_EQ(hers.data("attempt", {{"what", "become-root"}})["errno"], "EPERM");
    // A dynamic user's own notes would be somebody else's.
    define_test_server("theirs", {}, {{"sandbox", {{"readPaths", {notes_}}}}});
    start("theirs");
    expect_failure(McpClient::of("theirs").data("read_file", {{"path", notes_ + "/today"}}), {"EACCES"});
}

// Nobody finds what another has left, and everybody finds his own again.
TEST_F(AUserOfThisMachine, HasAStateOfHisOwn) {
    define_test_server("shared", {}, {{"user", "alice"}});
    const auto note = [](const std::string& text) {
        const Json state = McpClient::of("shared").data("environment", {{"names", {"HOME"}}});
        const std::string path = state["variables"]["HOME"].get<std::string>() + "/note";
        McpClient shared = McpClient::of("shared");
        const Json found = shared.data("read_file", {{"path", path}});
        EXPECT_EQ(shared.data("write_file", {{"path", path}, {"text", text}})["bytes"], text.size());
        return found.value("content", "nothing");
    };
    start("shared");
    EXPECT_EQ(note("hers"), "nothing");
    const auto as = [&](const char* user) {
        stop("shared");
        ASSERT_EQ(mcpctl({"profile", "remove", "shared", "--yes"}).status, 0);
        add_profile({{"name", "shared"}, {"server", "shared-server"}, {"user", user}});
        start("shared");
    };
    as("dynamic");
    EXPECT_EQ(note("its own"), "nothing");
    as("alice");
    EXPECT_EQ(note("hers"), "hers");
    as("dynamic");
    EXPECT_EQ(note("its own"), "its own");
}

TEST_F(AUserOfThisMachine, WhoIsNotThereFailsTheStartByName) {
    define_test_server("nobodys", {}, {{"user", "no-such-user"}});
    const Output started = mcpctl({"start", "nobodys"});
    EXPECT_EQ(started.status, 1);
    EXPECT_THAT(started.err, HasSubstr("there is no user no-such-user"));
    EXPECT_THAT(started.err, HasSubstr("user"));
    output_of({"useradd", "--non-unique", "--uid", "0", "toor"});
    define_test_server("roots", {}, {{"user", "toor"}});
    EXPECT_THAT(mcpctl({"start", "roots"}).err, HasSubstr("the user toor is root"));
    output_of({"userdel", "--force", "toor"});
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
