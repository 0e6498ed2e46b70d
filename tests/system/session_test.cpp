// stdio servers as sessions: a process for each client, handed over as a descriptor, with no byte of it passing the
// agent.
#include <algorithm>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <future>
#include <thread>

#include "tests/system/support/machine_test.hpp"
#include "tests/system/support/session_client.hpp"
#include "tests/system/support/users.hpp"

namespace mcpctl::test {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

// Stopped by an administrator; the next call starts it again.
class NoAgent {
  public:
    NoAgent() { systemctl({"stop", agent_service}); }
};

class Session : public MachineTest {
  protected:
    // An instance NAME of the test server on stdio.
    static void start_stdio(const std::string& name, std::vector<std::string> switches = {},
                            Json settings = Json::object()) {
        switches.insert(switches.begin(), {"mcp-test-server", "stdio"});
        start_command(name, switches, std::move(settings));
    }
    static void start_command(const std::string& name, const std::vector<std::string>& command,
                              Json settings = Json::object()) {
        add_server({{"name", name + "-server"}, {"transport", "stdio"}, {"run", {{"command", command}}}});
        settings.update({{"name", name}, {"server", name + "-server"}});
        add_profile(settings);
        start(name);
    }
    static std::string unit_of_session(const SessionClient& client, const std::string& instance) {
        return session_of(instance, client.id()).value("unit", "");
    }
    static bool has_ended(const std::string& instance, const std::string& session) {
        return session_of(instance, session).value("state", "") == "ended";
    }
    static std::size_t processes() {
        const std::string pids = run({"pgrep", "-x", "mcp-test-server"}).out;
        return std::size_t(std::ranges::count(pids, '\n'));
    }
    static std::string standby_unit(const std::string& instance) {
        EXPECT_TRUE(eventually([&] { return !unit_of(instance).empty(); }));
        return unit_of(instance);
    }
};

struct RealServer {
    std::string name;
    std::vector<std::string> command;
    std::string tool;
    Json arguments;
};

class SessionWithARealServer : public Session, public ::testing::WithParamInterface<RealServer> {};

TEST_P(SessionWithARealServer, SpeaksMcpAndEndsWithItsClient) {
    const auto& [name, command, tool, arguments] = GetParam();
    start_command(name, command);
    const std::string standby = standby_unit(name);
    SessionClient client = SessionClient::open(name);
    const std::string unit = unit_of_session(client, name);
    EXPECT_EQ(unit, standby) << "the standby was not handed over";
    EXPECT_FALSE(client.initialize().is_null());
    EXPECT_FALSE(client.request("tools/list")["tools"].empty());
    EXPECT_FALSE(client.request("tools/call", {{"name", tool}, {"arguments", arguments}})["content"].empty());
    client.close();
    EXPECT_TRUE(eventually([&] { return has_ended(name, client.id()); }));
    EXPECT_THAT(session_of(name, client.id()).value("reason", ""), HasSubstr("the client closed it"));
    EXPECT_FALSE(is_loaded(unit));
}

INSTANTIATE_TEST_SUITE_P(
    Npm, SessionWithARealServer,
    ::testing::Values(RealServer{"everything", {"mcp-server-everything", "stdio"}, "echo", {{"message", "hello"}}},
                      RealServer{"filesystem",
                                 {"mcp-server-filesystem", "/usr/share/doc/mcpctl"},
                                 "list_directory",
                                 {{"path", "/usr/share/doc/mcpctl"}}},
                      RealServer{"memory", {"mcp-server-memory"}, "read_graph", Json::object()},
                      RealServer{"test", {"mcp-test-server", "stdio"}, "echo", {{"text", "hello"}}}),
    [](const auto& parameter) { return parameter.param.name; });

// B10: of a home nothing but what the profile names, and that only to be read.
TEST_F(Session, OfTheFilesystemServerReadsADirectoryInSomebodysHome) {
    const User alice{"alice"};
    alice.make();
    output_of({"sh", "-c",
               "mkdir -p /home/alice/notes && cd /home/alice && echo for the server >notes/today && "
               "echo private >diary && chown -R alice: . && chmod 0700 ."});
    start_command("filesystem", {"mcp-server-filesystem", "/home/alice"},
                  {{"sandbox", {{"readPaths", {"/home/alice/notes"}}}}});
    SessionClient client = SessionClient::open("filesystem");
    EXPECT_FALSE(client.initialize().is_null());
    const auto use = [&](const char* tool, const Json& arguments) {
        return client.request("tools/call", {{"name", tool}, {"arguments", arguments}});
    };
    EXPECT_EQ(use("read_text_file", {{"path", "/home/alice/notes/today"}})["content"][0]["text"], "for the server\n");
    EXPECT_EQ(use("list_directory", {{"path", "/home/alice"}})["content"][0]["text"], "[DIR] notes");
    EXPECT_EQ(use("read_text_file", {{"path", "/home/alice/diary"}})["isError"], true);
    EXPECT_EQ(use("write_file", {{"path", "/home/alice/notes/today"}, {"content", "altered"}})["isError"], true);
    EXPECT_EQ(alice.run({"cat", "/home/alice/notes/today"}).out, "for the server\n");
}

TEST_F(Session, IsReplacedByAFreshStandbyAndNeverShared) {
    start_stdio("files");
    SessionClient first = SessionClient::open("files");
    standby_unit("files");
    SessionClient second = SessionClient::open("files");
    EXPECT_NE(first.id(), second.id());
    first.initialize();
    second.initialize();
    EXPECT_NE(first.call("status")["pid"], second.call("status")["pid"]);
    EXPECT_EQ(session_of("files", first.id())["peerUid"], 0);
    EXPECT_EQ(session_of("files", first.id())["peerPid"], ::getpid());
}

TEST_F(Session, WithoutAStandbyIsStartedColdAndSaysSo) {
    start_stdio("files", {}, {{"standby", 0}});
    EXPECT_EQ(status_of("files")["state"], "running");
    SessionClient client = SessionClient::open("files");
    EXPECT_FALSE(client.initialize().is_null());
    EXPECT_EQ(session_of("files", client.id())["cold"], true);
}

TEST_F(Session, EndOfInputReachesTheServerAlsoWhileNoAgentRuns) {
    start_stdio("files");
    SessionClient client = SessionClient::open("files");
    const std::string unit = unit_of_session(client, "files");
    EXPECT_TRUE(eventually([] { return status_of("files").value("standbys", 0) == 1; }));
    {
        const NoAgent away;
        client.close();
        EXPECT_TRUE(eventually([&] { return !is_active(unit); }));
    }
    EXPECT_TRUE(eventually([&] { return has_ended("files", client.id()); }));
}

TEST_F(Session, EndOfOutputReachesTheClientAtOnceOrWithTheNextAgent) {
    start_stdio("files");
    const auto exit_with = [](SessionClient& client, int code) {
        client.initialize();
        client.send({{"jsonrpc", "2.0"},
                     {"id", 99},
                     {"method", "tools/call"},
                     {"params", {{"name", "behave"}, {"arguments", {{"exit", code}}}}}});
    };
    SessionClient watched = SessionClient::open("files");
    exit_with(watched, 3);
    EXPECT_TRUE(watched.at_end());
    EXPECT_TRUE(eventually([&] { return has_ended("files", watched.id()); }));
    EXPECT_EQ(session_of("files", watched.id())["reason"], "exited with code 3");
    SessionClient alone = SessionClient::open("files");
    const std::string unit = unit_of_session(alone, "files");
    {
        const NoAgent away;
        exit_with(alone, 4);
        EXPECT_TRUE(eventually([&] { return !is_active(unit); }));
    }
    systemctl({"start", agent_service});
    EXPECT_TRUE(alone.at_end());
    EXPECT_EQ(session_of("files", alone.id())["reason"], "exited with code 4");
}

TEST_F(Session, HalfClosedStillGetsItsAnswers) {
    start_stdio("files", {"--drain-delay", "1"});
    SessionClient client = SessionClient::open("files");
    client.initialize();
    client.send({{"jsonrpc", "2.0"},
                 {"id", 7},
                 {"method", "tools/call"},
                 {"params", {{"name", "sleep"}, {"arguments", {{"seconds", 0.3}}}}}});
    client.end_input();
    const auto answer = client.receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ((*answer)["id"], 7);
    EXPECT_TRUE(client.at_end());
}

TEST_F(Session, OutlivesCrashesAndRestartsOfTheAgentWithoutLosingAByte) {
    start_stdio("files", {}, {{"standby", 1}});
    constexpr std::size_t count = 20;
    std::vector<SessionClient> clients;
    for (std::size_t i = 0; i < count; ++i) {
        clients.push_back(SessionClient::open("files"));
        clients.back().initialize();
    }
    const std::string waiting = standby_unit("files");
    const int waiting_pid = std::stoi(show(waiting, "MainPID"));
    std::atomic<bool> over = false;
    std::atomic<std::size_t> answered = 0;
    std::vector<std::thread> traffic;
    for (SessionClient& client : clients) {
        traffic.emplace_back([&] {
            for (int i = 0; !over; ++i) {
                const std::string text = std::format("{} {}", client.id(), i);
                const Json result = client.request("tools/call", {{"name", "echo"}, {"arguments", {{"text", text}}}});
                EXPECT_THAT(result.dump(), HasSubstr(text));
                ++answered;
            }
        });
    }
    for (int round = 0; round < 3; ++round) {
        const std::size_t before = answered;
        EXPECT_TRUE(eventually([] { return agent_pid() > 0; }));
        kill_agent();
        EXPECT_TRUE(eventually([&] { return answered > before + 100; }));
    }
    systemctl({"restart", agent_service});
    stop_agent();
    const std::size_t before = answered;
    EXPECT_TRUE(eventually([&] { return answered > before + 100; }));
    over = true;
    for (std::thread& thread : traffic) {
        thread.join();
    }
    EXPECT_TRUE(eventually([&] { return unit_of("files") == waiting; }));
    EXPECT_EQ(std::stoi(show(waiting, "MainPID")), waiting_pid);
    SessionClient last = SessionClient::open("files");
    EXPECT_FALSE(last.initialize().is_null());
    EXPECT_EQ(last.call("status")["pid"], waiting_pid);
    EXPECT_EQ(session_of("files", clients[0].id())["peerPid"], ::getpid());
}

TEST_F(Session, CarriesAHugeMessageEachWay) {
    start_stdio("files");
    SessionClient client = SessionClient::open("files");
    client.initialize();
    const std::string text(32UL << 20, 'x');
    std::thread sender([&] {
        client.send({{"jsonrpc", "2.0"},
                     {"id", 5},
                     {"method", "tools/call"},
                     {"params", {{"name", "echo"}, {"arguments", {{"text", text}}}}}});
    });
    const auto answer = client.receive();
    sender.join();
    ASSERT_TRUE(answer);
    EXPECT_TRUE((*answer)["result"]["content"][0]["text"] == text);
}

TEST_F(Session, OfAClientThatStopsReadingBlocksNobodyElse) {
    start_stdio("files");
    SessionClient stuck = SessionClient::open("files");
    stuck.initialize();
    stuck.send({{"jsonrpc", "2.0"},
                {"id", 5},
                {"method", "tools/call"},
                {"params", {{"name", "big"}, {"arguments", {{"bytes", 16 << 20}}}}}});
    SessionClient other = SessionClient::open("files");
    EXPECT_FALSE(other.initialize().is_null());
    EXPECT_EQ(status_of("files")["state"], "running");
}

TEST_F(Session, OfAKilledClientLeavesNoProcess) {
    start_stdio("stubborn", {"--ignore-eof", "--ignore-sigterm"}, {{"drainTimeout", 1}});
    std::string session;
    {
        Process client({"mcpctl", "connect", "stubborn"}, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n");
        EXPECT_TRUE(eventually([&] {
            const Json open = mcpctl_json({"sessions", "stubborn"});
            session = open.empty() ? "" : open[0].value("session", "");
            return !session.empty();
        }));
        ::kill(client.pid(), SIGKILL);
        client.wait();
    }
    EXPECT_TRUE(eventually([&] { return has_ended("stubborn", session); }));
    EXPECT_THAT(session_of("stubborn", session).value("reason", ""), HasSubstr("was killed"));
    EXPECT_TRUE(eventually([] { return processes() == 1; }));
}

TEST_F(Session, AHundredAtOnceAllSucceed) {
    start_stdio("files", {}, {{"standby", 4}});
    EXPECT_TRUE(eventually([] { return status_of("files").value("standbys", 0) == 4; }));
    std::vector<std::future<bool>> openings;
    for (int i = 0; i < 100; ++i) {
        openings.push_back(std::async(std::launch::async, [] {
            SessionClient client = SessionClient::open("files");
            return client.request("ping").is_object();
        }));
    }
    EXPECT_EQ(std::ranges::count_if(openings, [](auto& opening) { return opening.get(); }), 100);
    EXPECT_TRUE(eventually([] { return processes() == 4; }, 60s));
}

TEST_F(Session, ThatEndsDisturbsNoneThatIsBeingStarted) {
    start_stdio("files", {}, {{"standby", 0}});
    SessionClient before = SessionClient::open("files");
    for (int i = 0; i < 20; ++i) {
        before.close();
        SessionClient next = SessionClient::open("files");
        ASSERT_TRUE(next.request("ping").is_object());
        before = std::move(next);
    }
}

TEST_F(Session, ManyInARowLeaveNothingBehind) {
    start_stdio("files");
    const auto descriptors = [] {
        return std::distance(std::filesystem::directory_iterator(std::format("/proc/{}/fd", agent_pid())), {});
    };
    const auto open_and_close = [] {
        SessionClient client = SessionClient::open("files");
        EXPECT_TRUE(client.request("ping").is_object());
    };
    open_and_close();
    EXPECT_TRUE(eventually([] { return processes() == 1 && status_of("files").value("standbys", 0) == 1; }));
    const auto before = descriptors();
    for (int i = 0; i < 50; ++i) {
        open_and_close();
    }
    EXPECT_TRUE(eventually([] { return processes() == 1 && status_of("files").value("standbys", 0) == 1; }));
    // Whoever asked just before may still have had a connection when they were counted.
    EXPECT_TRUE(eventually([&] { return descriptors() <= before; })) << descriptors() << " instead of " << before;
    EXPECT_EQ(show(agent_service, "NFileDescriptorStore"), "2");
}

TEST_F(Session, IsRefusedWithAReason) {
    start_stdio("files", {}, {{"standby", 1}, {"maxSessions", 1}});
    const SessionClient only = SessionClient::open("files");
    EXPECT_EQ(SessionClient::refusal("files"), "LimitsExceeded");
    define_test_server("http");
    start("http");
    EXPECT_EQ(SessionClient::refusal("http"), "NotSupported");
    const Output connected = mcpctl({"connect", "http"}, "x");
    EXPECT_EQ(connected.status, 1);
    EXPECT_THAT(connected.err, HasSubstr("http://127.0.0.1:"));
}

TEST_F(Session, MayFinishDuringAStop) {
    start_stdio("files", {}, {{"drainTimeout", 60}});
    SessionClient client = SessionClient::open("files");
    client.initialize();
    Process stopping = mcpctl_process({"stop", "files", "--yes"});
    EXPECT_TRUE(eventually([] { return state_of("files") == "draining"; }));
    EXPECT_EQ(SessionClient::refusal("files"), "NotReady");
    EXPECT_TRUE(client.request("ping").is_object());
    client.close();
    EXPECT_EQ(stopping.wait().status, 0);
    EXPECT_EQ(leftovers(), "");
}

TEST_F(Session, OfAnInstanceThatIsStoppedEndsWithTheDrainTime) {
    start_stdio("stubborn", {"--ignore-eof"}, {{"drainTimeout", 2}});
    SessionClient client = SessionClient::open("stubborn");
    client.initialize();
    const Output stopped = mcpctl({"stop", "stubborn", "--yes"});
    EXPECT_EQ(stopped.status, 0) << stopped.err;
    EXPECT_TRUE(client.at_end());
    EXPECT_EQ(leftovers(), "");
}

TEST_F(Session, OutlivesARestartWhileNewOnesAreOpened) {
    start_stdio("files", {}, {{"drainTimeout", 60}});
    SessionClient old = SessionClient::open("files");
    old.initialize();
    Process restarting = mcpctl_process({"restart", "files"});
    EXPECT_TRUE(eventually([] { return status_of("files")["generation"] == 2; }));
    SessionClient fresh = SessionClient::open("files");
    EXPECT_TRUE(fresh.request("ping").is_object());
    EXPECT_TRUE(old.request("ping").is_object());
    EXPECT_EQ(session_of("files", fresh.id())["generation"], 2);
    old.close();
    EXPECT_EQ(restarting.wait().status, 0);
    EXPECT_TRUE(fresh.request("ping").is_object());
}

TEST_F(Session, IsUntouchedByReloadsOfPid1) {
    start_stdio("files");
    SessionClient client = SessionClient::open("files");
    client.initialize();
    const std::string standby = standby_unit("files");
    systemctl({"daemon-reload"});
    systemctl({"daemon-reexec"});
    EXPECT_TRUE(client.request("ping").is_object());
    EXPECT_EQ(state_of("files"), "running");
    EXPECT_EQ(unit_of("files"), standby);
    const std::string session = client.id();
    client.close();
    EXPECT_TRUE(eventually([&] { return has_ended("files", session); }));
}

TEST_F(Session, StandbyThatDiesIsReplacedUnderTheRestartPolicy) {
    start_stdio("files", {}, {{"restart", {{"initialDelay", "100ms"}}}});
    const std::string first = standby_unit("files");
    ASSERT_EQ(::kill(std::stoi(show(first, "MainPID")), SIGKILL), 0);
    EXPECT_TRUE(eventually([&] {
        const std::string now = unit_of("files");
        return !now.empty() && now != first && state_of("files") == "running";
    }));
    EXPECT_EQ(status_of("files")["restarts"], 1);
    EXPECT_FALSE(is_loaded(first));
}

TEST_F(Session, OfAServerThatIsNoneFailsTheStartAndLeavesNothing) {
    add_server({{"name", "none"}, {"transport", "stdio"}, {"run", {{"command", {"sleep", "infinity"}}}}});
    add_profile({{"name", "mute"}, {"server", "none"}, {"startTimeout", 1}});
    const Output started = mcpctl({"start", "mute"});
    EXPECT_EQ(started.status, 1);
    EXPECT_THAT(started.err, HasSubstr("did not answer ping within 1s"));
    EXPECT_EQ(leftovers(), "");
}

TEST_F(Session, EndsOnRequest) {
    start_stdio("files");
    SessionClient client = SessionClient::open("files");
    client.initialize();
    EXPECT_EQ(mcpctl({"disconnect", "files", client.id().substr(0, 6), "--yes"}).status, 0);
    EXPECT_TRUE(client.at_end());
    EXPECT_TRUE(eventually([&] { return has_ended("files", client.id()); }));
    EXPECT_EQ(session_of("files", client.id())["reason"], "closed on request");
    EXPECT_NE(mcpctl({"disconnect", "files", client.id(), "--yes"}).status, 0);
}

class Connect : public Session {};

TEST_F(Connect, IsByteExactAndTellsWhoEndedIt) {
    start_stdio("files");
    const std::string ping = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n";
    const Output output = mcpctl({"connect", "files"}, ping);
    EXPECT_EQ(output.status, 0) << output.err;
    EXPECT_EQ(Json::parse(output.out, nullptr, false)["id"], 1) << output.out;
    EXPECT_EQ(output.err, "");
}

TEST_F(Connect, OpensNothingBeforeItsClientSaysSomething) {
    start_stdio("files");
    EXPECT_EQ(mcpctl({"connect", "files"}, "").status, 0);
    EXPECT_THAT(mcpctl_json({"sessions", "files"}), SizeIs(0));
    EXPECT_EQ(mcpctl({"connect", "nobody"}, "").status, 4);
}

}  // namespace
}  // namespace mcpctl::test
