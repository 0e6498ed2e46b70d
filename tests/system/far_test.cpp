// M16: the tool over the HTTP bridge of another machine does and says what it does and says over D-Bus.
#include <sys/stat.h>

#include <csignal>
#include <format>
#include <fstream>
#include <functional>
#include <regex>

#include "tests/system/support/far_machine.hpp"
#include "tests/system/support/log_lines.hpp"

namespace mcpctl::test {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

using Arguments = std::vector<std::string>;

std::string joined(const Arguments& words) {
    std::string text;
    for (const std::string& word : words) {
        text.append(text.empty() ? "" : " ").append(word);
    }
    return text;
}

class FarVerbs : public FarMachineTest {
  protected:
    static Output over(const char* connection, Arguments arguments) {
        arguments.insert(arguments.begin(), {"mcpctl", "--connection", connection});
        return run(arguments);
    }
    // What passes between two looks, and what only the machine itself is told.
    static std::string settled(const std::string& text) {
        static const std::regex passing(
            R"re(\s*(PID|Memory|CPU|Tasks|Last check|Check): .*)re"
            R"re(|\d+(\.\d+)? (s|ms)\b|\d+s ago| {2,}|\b\d+(s|min)\b)re"
            R"re(|"(checks|lastChecked|latencyMicroseconds|latenessMicroseconds|memoryBytes)": .*)re"
            R"re(|"(cpuMicroseconds|tasks|uptimeMicroseconds|consecutiveSuccesses|installationId)": .*)re");
        return std::regex_replace(text, passing, "");
    }
    void expect_the_same(const Arguments& arguments) const {
        const Output bus = over("bus", arguments);
        const Output socket = over("socket", arguments);
        const Output there = far(arguments);
        EXPECT_EQ(there.status, bus.status) << joined(arguments) << ": " << there.err;
        EXPECT_EQ(socket.status, bus.status) << joined(arguments) << ": " << socket.err;
        EXPECT_EQ(settled(there.out), settled(bus.out)) << joined(arguments) << ": " << there.err;
        EXPECT_EQ(settled(socket.out), settled(bus.out)) << joined(arguments);
    }
    // Each way does it, one after the other.
    void expect_done(const Arguments& arguments, int status, const Arguments& undo = {}) const {
        std::vector<std::function<Output()>> ways{[&] { return over("bus", arguments); },
                                                  [&] { return over("socket", arguments); },
                                                  [&] { return far(arguments); }};
        std::string first;
        for (const auto& way : ways) {
            const Output output = way();
            EXPECT_EQ(output.status, status) << joined(arguments) << ": " << output.err;
            if (first.empty()) {
                first = output.out;
            }
            EXPECT_EQ(settled(output.out), settled(first)) << joined(arguments);
            if (!undo.empty()) {
                EXPECT_EQ(mcpctl(undo).status, 0) << joined(undo);
            }
        }
    }
};

TEST_F(FarVerbs, ShowTheSameAsOverTheBusAndTheSocket) {
    define_test_server("web", {"--log-count", "20", "--log-stream", "stdout"});
    define_test_server("a-b");
    define_test_server("a0");
    const Json instance = MachineTest::start("web");
    const std::string id = instance["id"];
    wait_until_written("web", 20);
    ASSERT_TRUE(eventually([] { return status_of("web").value("readiness", "") == "ready"; }));
    for (const Arguments& verb : std::vector<Arguments>{
             {"list"},
             {"list", "-o", "json"},
             {"list", "-o", "name"},
             {"status", "web"},
             {"status", id.substr(0, 8), "-o", "name"},
             {"status", id, "-o", "name"},
             {"status", "nobody"},
             {"status", "no/body"},
             {"health", "web"},
             {"health", "web", "-o", "json"},
             {"health", "nobody"},
             {"logs", "web"},
             {"logs", "web", "-o", "ndjson"},
             {"logs", "web", "-o", "json", "--tail", "3"},
             {"logs", "web", "--grep", "line 00001", "-o", "ndjson"},
             {"logs", "web", "--level", "nonsense"},
             {"logs", "web", "--since", "nonsense"},
             {"logs", "web", "--since", "-1h", "--tail", "2", "-o", "ndjson"},
             {"logs", "nobody"},
             {"server", "list"},
             {"server", "list", "-o", "json"},
             {"profile", "list"},
             {"profile", "list", "-o", "name"},
             {"jobs", "-o", "json"},
             {"jobs", "-o", "name"},
             {"version"},
             {"version", "-o", "json"},
             {"jobs", "-o", "ndjson"},
             {"list", "--quiet"},
             {"start", "nobody"},
             {"start", "web", "--name", "web"},
             {"start", "web", "--name", "Not A Name"},
             {"stop", "nobody", "--yes"},
             {"stop", "web", "--yes", "--drain-timeout", "1h"},
             {"stop", "web"},
             {"restart", "nobody"},
         }) {
        expect_the_same(verb);
    }
}

TEST_F(FarVerbs, ShowTheSameJsonOfAnInstance) {
    define_test_server("web");
    MachineTest::start("web");
    const Output there = far({"status", "web", "-o", "json"});
    ASSERT_EQ(there.status, 0) << there.err;
    Json far_status = Json::parse(there.out);
    Json near_status = status_of("web");
    EXPECT_TRUE(far_status["workloads"].is_null());
    for (Json* status : {&far_status, &near_status}) {
        status->erase("workloads");
        *status = without_health(*status);
    }
    EXPECT_EQ(far_status, near_status);
}

TEST_F(FarVerbs, TellTheSameEvents) {
    define_test_server("a-b");
    define_test_server("a0");
    const Output bus = over("bus", {"events", "-o", "ndjson"});
    const Output there = far({"events", "-o", "ndjson"});
    ASSERT_EQ(there.status, 0) << there.err;
    EXPECT_EQ(Json::parse(there.out)["event"], "snapshot");
    EXPECT_EQ(Json::parse(there.out)["object"], Json::parse(bus.out)["object"]);
}

TEST_F(FarVerbs, StartRestartAndStopTheSame) {
    define_test_server("web");
    expect_done({"start", "web", "--name", "x", "-o", "name"}, 0, {"stop", "x", "--yes"});
    MachineTest::start("web");
    expect_done({"restart", "web"}, 0);
    expect_done({"restart", "web", "-o", "name", "--drain-timeout", "5s", "--refresh"}, 0);
    for (const char* way : {"bus", "socket"}) {
        EXPECT_EQ(over(way, {"stop", "web", "--yes", "-o", "name"}).out, "web\n");
        MachineTest::start("web");
    }
    EXPECT_EQ(far({"stop", "web", "--yes", "-o", "name"}).out, "web\n");
    EXPECT_EQ(state_of("web"), "");
}

TEST_F(FarVerbs, FailTheSame) {
    define("broken", {"sh", "-c", "echo last words >&2; exit 3"}, {{"restart", {{"policy", "no"}}}});
    const Output bus = over("bus", {"start", "broken"});
    run({"mcpctl", "stop", "broken", "--yes"});
    const Output there = far({"start", "broken"});
    run({"mcpctl", "stop", "broken", "--yes"});
    EXPECT_EQ(there.status, bus.status);
    EXPECT_EQ(there.status, 1);
    EXPECT_EQ(there.err.substr(0, there.err.find('\n')), bus.err.substr(0, bus.err.find('\n')));
    EXPECT_THAT(there.err, HasSubstr("last words"));
    define_test_server("slow", {"--start-delay", "2"});
    EXPECT_EQ(far({"start", "slow", "--timeout", "100ms"}).status, 6);
    EXPECT_TRUE(eventually([] { return state_of("slow") == "running"; }));
}

TEST_F(FarVerbs, SayWhatOnlyTheMachineItselfCanDo) {
    define_test_server("web");
    MachineTest::start("web");
    for (const Arguments& verb : std::vector<Arguments>{{"audit"},
                                                        {"doctor"},
                                                        {"audit", "-f"},
                                                        {"token", "list"},
                                                        {"token", "create", "--name", "x", "--scope", "view"},
                                                        {"token", "revoke", "all", "--yes"},
                                                        {"secret", "list"},
                                                        {"secret", "remove", "x", "--yes"},
                                                        {"server", "show", "web-server"},
                                                        {"server", "remove", "web-server", "--yes"},
                                                        {"profile", "show", "web"},
                                                        {"profile", "show", "web", "--effective"},
                                                        {"profile", "remove", "web", "--yes"},
                                                        {"health", "web", "--history", "3"},
                                                        {"tools", "web"},
                                                        {"call", "web", "echo", "{}"}}) {
        const Output output = far(verb);
        EXPECT_EQ(output.status, 1) << joined(verb);
        EXPECT_THAT(output.err, HasSubstr("does not go over HTTP: run it on the machine itself")) << joined(verb);
        EXPECT_EQ(output.out, "") << joined(verb);
    }
}

TEST_F(FarVerbs, TakeAUnixSocketToo) {
    const fs::path drop_in = "/etc/systemd/system/mcpctl-http-bridge.socket.d/unix.conf";
    run({"systemctl", "stop", "mcpctl-http-bridge.socket", "mcpctl-http-bridge-tls.socket",
         "mcpctl-http-bridge.service"});
    fs::create_directories(drop_in.parent_path());
    std::ofstream(drop_in) << "[Socket]\nListenStream=/run/mcpctl-http.sock\n";
    fs::remove("/etc/mcpctl/http-bridge.toml");
    systemctl({"daemon-reload"});
    output_of({"systemctl", "start", "mcpctl-http-bridge.socket"});
    EXPECT_EQ(far({"--host", "unix:///run/mcpctl-http.sock", "list"}).status, 0);
    run({"systemctl", "stop", "mcpctl-http-bridge.socket", "mcpctl-http-bridge.service"});
    fs::remove_all(drop_in.parent_path());
    systemctl({"daemon-reload"});
}

class FarToken : public FarMachineTest {};

TEST_F(FarToken, IsRefusedWhereItDoesNotCountOrIsNotForThis) {
    define_test_server("web");
    MachineTest::start("web");
    const Output wrong = far({"list"}, {"MCPCTL_TOKEN=mcp_wrong"});
    EXPECT_EQ(wrong.status, 3);
    EXPECT_THAT(wrong.err, HasSubstr("mcpctl token create"));
    const std::string viewer = token("viewer", {"--scope", "view"});
    EXPECT_EQ(far({"list"}, {std::format("MCPCTL_TOKEN={}", viewer)}).status, 0);
    EXPECT_EQ(far({"stop", "web", "--yes"}, {std::format("MCPCTL_TOKEN={}", viewer)}).status, 3);
    EXPECT_EQ(far({"logs", "web"}, {std::format("MCPCTL_TOKEN={}", viewer)}).status, 3);
    define_test_server("other");
    const std::string other = token("other", {"--scope", "view,logs,control", "--profiles", "other"});
    EXPECT_EQ(far({"status", "web"}, {std::format("MCPCTL_TOKEN={}", other)}).status, 4);
    EXPECT_EQ(state_of("web"), "running");
}

TEST_F(FarToken, ComesFromAFileThatNobodyElseCanRead) {
    const auto file_with_mode = [&](mode_t mode) {
        std::ofstream(path("token")) << token_ << '\n';
        EXPECT_EQ(::chmod(path("token").c_str(), mode), 0);
        return path("token");
    };
    EXPECT_EQ(far({"list", "--token-file", file_with_mode(0600)}, {"MCPCTL_TOKEN="}).status, 0);
    const Output open = far({"list", "--token-file", file_with_mode(0644)}, {"MCPCTL_TOKEN="});
    EXPECT_EQ(open.status, 3);
    EXPECT_THAT(open.err, HasSubstr("chmod 600"));
    EXPECT_EQ(far({"list"}, {"MCPCTL_TOKEN="}).status, 2);
    fs::create_directories(path("config/mcpctl"));
    fs::rename(file_with_mode(0600), path("config/mcpctl/token"));
    EXPECT_EQ(far({"list"}, {"MCPCTL_TOKEN="}).status, 0);
}

TEST_F(FarToken, IsShownToNobodyOnTheWay) {
    EXPECT_EQ(far({"list"}, {"MCPCTL_HOST=http://192.0.2.1:6270"}).status, 2);
    const Output untrusted = far({"list"}, {"SSL_CERT_FILE="});
    EXPECT_EQ(untrusted.status, 5);
    EXPECT_THAT(untrusted.err, HasSubstr("--cacert"));
    EXPECT_EQ(far({"--cacert", path("cert.pem"), "list"}, {"SSL_CERT_FILE="}).status, 0);
}

}  // namespace
}  // namespace mcpctl::test
