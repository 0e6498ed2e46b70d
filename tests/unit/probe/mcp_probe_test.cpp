// M04, B03: what a check says about a server, for everything that a server can do to it. The servers are real
// processes: the test server in each generation and on each transport.
#include "agent/probe/mcp_probe.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <format>
#include <regex>

#include "base/unique_fd.hpp"
#include "ctl/mcp/http_transport.hpp"
#include "ctl/mcp/mcp_client.hpp"
#include "ctl/mcp/sse_transport.hpp"

namespace mcpctl {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

// The test server on a free port, found in its first line of log. It is ended with this object.
class TestServer {
  public:
    explicit TestServer(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), MCPCTL_TEST_SERVER);
        arguments.insert(arguments.end(), {"--port", "0"});
        std::vector<char*> argv;
        for (std::string& argument : arguments) {
            argv.push_back(argument.data());
        }
        argv.push_back(nullptr);
        std::array<int, 2> ends{};
        EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
        log_.reset(ends[0]);
        const UniqueFd stderr_end(ends[1]);
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
        EXPECT_EQ(::posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ), 0);
        posix_spawn_file_actions_destroy(&actions);
    }
    TestServer(const TestServer&) = delete;
    TestServer& operator=(const TestServer&) = delete;
    ~TestServer() { end(); }

    // "http://127.0.0.1:PORT/PATH"
    std::string endpoint() {
        std::string text;
        std::array<char, 512> buffer{};
        std::smatch found;
        while (!std::regex_search(text, found, std::regex(R"(listening on (http://\S+))"))) {
            const ssize_t size = ::read(log_.get(), buffer.data(), buffer.size());
            if (size <= 0) {
                ADD_FAILURE() << "it does not listen: " << text;
                return {};
            }
            text.append(buffer.data(), std::size_t(size));
        }
        return found[1];
    }
    void freeze() const { ::kill(pid_, SIGSTOP); }
    void thaw() const { ::kill(pid_, SIGCONT); }
    void end() {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            ::waitpid(std::exchange(pid_, 0), nullptr, 0);
        }
    }

  private:
    pid_t pid_ = 0;
    UniqueFd log_;
};

struct Kind {
    const char* name;
    Transport transport;
    std::vector<std::string> arguments;
    McpGeneration generation;
};

const std::array kinds{
    Kind{"LegacyHttp", Transport::streamable_http, {"http", "--generation", "legacy"}, McpGeneration::legacy},
    Kind{"ModernHttp", Transport::streamable_http, {"http", "--generation", "modern"}, McpGeneration::modern},
    Kind{"BothHttp", Transport::streamable_http, {"http", "--generation", "both"}, McpGeneration::modern},
    Kind{"LegacyHttpAsEvents",
         Transport::streamable_http,
         {"http", "--generation", "legacy", "--reply", "sse"},
         McpGeneration::legacy},
    Kind{"ModernHttpAsEvents",
         Transport::streamable_http,
         {"http", "--generation", "modern", "--reply", "sse"},
         McpGeneration::modern},
    Kind{"LegacyHttpWithoutSessions",
         Transport::streamable_http,
         {"http", "--generation", "legacy", "--no-session"},
         McpGeneration::legacy},
    Kind{"Sse", Transport::sse, {"sse"}, McpGeneration::legacy},
};

class AProbe : public testing::TestWithParam<Kind> {
  protected:
    asio::io_context loop;
    McpProbe probe{loop.get_executor()};
    static constexpr Duration timeout = 500ms;

    ProbeResult check(const std::string& endpoint, McpGeneration generation = McpGeneration::unknown,
                      Duration within = timeout) {
        std::optional<ProbeResult> result;
        asio::co_spawn(loop, probe.check({endpoint, GetParam().transport, generation, within}),
                       [&](const std::exception_ptr& failure, ProbeResult checked) {
                           EXPECT_EQ(failure, nullptr);
                           result = std::move(checked);
                       });
        const auto begin = Clock::now();
        while (!result) {
            loop.restart();
            loop.run_one();
        }
        EXPECT_LT(Clock::now() - begin, within + 2s) << "a check ends with its timeout";
        return *result;
    }
    // What is spawned behind a check, such as the end of its session.
    void settle() {
        loop.restart();
        loop.run_for(300ms);
    }
    // What the server says about itself to a client with a session of its own, where there are sessions.
    static std::string status_of(const std::string& endpoint) {
        std::unique_ptr<ctl::Transport> transport = std::make_unique<ctl::HttpTransport>(endpoint);
        auto begin_with = mcp::Generation::modern;
        if (GetParam().transport == Transport::sse) {
            transport = std::make_unique<ctl::SseTransport>(endpoint);
            begin_with = mcp::Generation::legacy;
        }
        const ctl::Patience patience{ctl::SteadyClock::now() + 10s};
        auto client = ctl::McpClient::greet(std::move(transport), begin_with, patience);
        EXPECT_TRUE(client) << client.error().reason;
        return client->call_tool("status", mcp::Json::object(), patience)->result["structuredContent"].dump();
    }
    static int sessions_of_a_client() {
        return GetParam().generation == McpGeneration::legacy &&
                       !std::ranges::contains(GetParam().arguments, "--no-session")
                   ? 1
                   : 0;
    }
    ProbeResult check_server(const std::vector<std::string>& switches) {
        std::vector<std::string> arguments = GetParam().arguments;
        arguments.insert(arguments.end(), switches.begin(), switches.end());
        TestServer server(arguments);
        return check(server.endpoint());
    }
};

INSTANTIATE_TEST_SUITE_P(OfEachKind, AProbe, testing::ValuesIn(kinds),
                         [](const auto& kind) { return std::string(kind.param.name); });

TEST_P(AProbe, FindsAHealthyServerReadyAndWhatItSpeaks) {
    TestServer server(GetParam().arguments);
    const std::string endpoint = server.endpoint();
    const ProbeResult first = check(endpoint);
    EXPECT_EQ(first.error, "");
    EXPECT_EQ(first.generation, GetParam().generation);
    EXPECT_GT(first.latency.count(), 0);
    const ProbeResult again = check(endpoint, first.generation);
    EXPECT_EQ(again.error, "");
    EXPECT_EQ(again.generation, GetParam().generation);
}

TEST_P(AProbe, WaitsForASlowServer) {
    const ProbeResult result = check_server({"--health", "slow:20"});
    EXPECT_EQ(result.error, "");
    EXPECT_GE(result.latency, 20ms);
}

TEST_P(AProbe, FindsAServerThatIsTooSlowNotReady) {
    EXPECT_THAT(check_server({"--health", "slow:5000"}).error, HasSubstr("did not answer"));
}

TEST_P(AProbe, FindsAHangingServerNotReady) {
    const ProbeResult result = check_server({"--health", "hang"});
    EXPECT_THAT(result.error, HasSubstr("did not answer"));
    EXPECT_THAT(result.error, HasSubstr("within 500ms"));
}

TEST_P(AProbe, FindsAServerThatAnswersWithAnErrorNotReady) {
    EXPECT_THAT(check_server({"--health", "error"}).error, HasSubstr("error"));
}

TEST_P(AProbe, FindsAServerThatSpeaksSomethingElseNotReady) {
    EXPECT_NE(check_server({"--health", "garbage"}).error, "");
}

TEST_P(AProbe, FindsAServerThatClosesTheConnectionNotReady) {
    EXPECT_NE(check_server({"--health", "close"}).error, "");
}

TEST_P(AProbe, StopsReadingAHugeAnswer) {
    EXPECT_THAT(check_server({"--health", "huge:1000000"}).error, HasSubstr("more than 64 KiB"));
}

TEST_P(AProbe, StopsReadingAnEndlessAnswer) {
    EXPECT_NE(check_server({"--health", "endless"}).error, "");
}

TEST_P(AProbe, FindsADeadServerNotReady) {
    TestServer server(GetParam().arguments);
    const std::string endpoint = server.endpoint();
    server.end();
    EXPECT_NE(check(endpoint).error, "");
}

TEST_P(AProbe, FindsAFrozenServerNotReadyAndReadyAgainWhenThawed) {
    TestServer server(GetParam().arguments);
    const std::string endpoint = server.endpoint();
    server.freeze();
    EXPECT_THAT(check(endpoint).error, HasSubstr("did not answer"));
    server.thaw();
    EXPECT_EQ(check(endpoint, McpGeneration::unknown, 5s).error, "");
}

// Sessions that nobody closes are processes at stateful gateways.
TEST_P(AProbe, LeavesNoSessionBehind) {
    TestServer server(GetParam().arguments);
    const std::string endpoint = server.endpoint();
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(check(endpoint).error, "");
    }
    settle();
    EXPECT_THAT(status_of(endpoint), HasSubstr(std::format(R"("sessions_open":{},)", sessions_of_a_client())));
}

using AnHttpProbe = AProbe;
INSTANTIATE_TEST_SUITE_P(OfEachKind, AnHttpProbe, testing::Values(kinds[0], kinds[1]),
                         [](const auto& kind) { return std::string(kind.param.name); });

TEST_P(AnHttpProbe, FollowsNoRedirect) {
    TestServer elsewhere({"http"});
    const ProbeResult result = check_server({"--health", "redirect:" + elsewhere.endpoint()});
    EXPECT_THAT(result.error, HasSubstr("HTTP status 307"));
    EXPECT_THAT(result.error, HasSubstr("redirects are not followed"));
}

TEST_P(AnHttpProbe, TellsTheStatusOfARefusal) {
    EXPECT_THAT(check_server({"--health", "status:503"}).error, HasSubstr("HTTP status 503"));
}

TEST_P(AnHttpProbe, AsksOnlyThisMachine) {
    EXPECT_NE(check("http://192.0.2.1:80/mcp").error, "");
    EXPECT_NE(check("http://localhost.example:80/mcp").error, "");
}

}  // namespace
}  // namespace mcpctl
