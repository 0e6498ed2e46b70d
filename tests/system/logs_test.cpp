// M06 to M09, M17, F8 to F11: what servers wrote, complete, in order and harmless.
#include <csignal>
#include <filesystem>
#include <fstream>

#include "tests/system/support/log_lines.hpp"
#include "tests/system/support/machine_test.hpp"
#include "tests/system/support/rounds.hpp"

namespace mcpctl::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const int line_count = rounds(20'000, 200'000);

class Logs : public MachineTest {
  protected:
    void TearDown() override {
        // Reading them must not outlive the test as a reason for the agent to stay.
        EXPECT_TRUE(eventually([] { return agent_is_not_followed(); }));
        MachineTest::TearDown();
    }

    static std::string busy_reasons() {
        return run({"busctl", "get-property", "org.mcpctl.Agent1", "/org/mcpctl/Agent1", "org.mcpctl.Agent1.Manager",
                    "BusyReasons"})
            .out;
    }
    static bool agent_is_not_followed() { return !busy_reasons().contains("follow logs"); }
    static bool agent_has_followers(int count) {
        return busy_reasons().contains(std::format("\"{} readers follow logs", count));
    }

    // An instance that writes so many lines as fast as it can, or at a rate.
    static std::string start_writer(int count, std::vector<std::string> more = {}) {
        more.insert(more.begin(), {"--log-count", std::to_string(count), "--log-stream", "stdout"});
        define_test_server("writer", more);
        return start("writer")["id"];
    }
    static void call_tool(const std::string& instance, const std::string& tool, const Json& arguments) {
        const Output called = mcpctl({"call", instance, tool, arguments.dump()});
        EXPECT_EQ(called.status, 0) << called.err;
    }
};

TEST_F(Logs, ComeOutCompleteByPagesByAFollowAndAfterTheInstanceIsRemoved) {
    const std::string id = start_writer(line_count);
    Process follow = mcpctl_process({"logs", id, "-f", "--since", "@0", "-o", "ndjson"});
    wait_until_written(id, line_count);
    expect_complete(logs_of(id), line_count);
    stop("writer");
    const Output followed = follow.wait();
    EXPECT_EQ(followed.status, 0) << followed.err;
    expect_complete(objects_in(followed.out), line_count);
    expect_complete(logs_of(id), line_count);
}

TEST_F(Logs, SurviveAKillOfTheAgentInTheMiddle) {
    const std::string id = start_writer(line_count, {"--log-rate", "5000"});
    Process follow = mcpctl_process({"logs", id, "-f", "--since", "@0", "-o", "ndjson"});
    ASSERT_TRUE(eventually([&] { return logs_of(id, {"--tail", "1", "--grep", "line 002"}).size() == 1; }));
    kill_agent();
    wait_until_written(id, line_count);
    expect_complete(logs_of(id), line_count);
    stop("writer");
    const Output followed = follow.wait();
    EXPECT_EQ(followed.status, 0) << followed.err;
    expect_complete(objects_in(followed.out), line_count);
}

TEST_F(Logs, LoseAndRepeatNothingWhenJournaldIsRotatedAndRestarted) {
    const std::string id = start_writer(6'000, {"--log-rate", "2000"});
    Process follow = mcpctl_process({"logs", id, "-f", "--since", "@0", "-o", "ndjson"});
    for (int i = 1; i <= 4; ++i) {
        ASSERT_TRUE(
            eventually([&] { return !logs_of(id, {"--tail", "1", "--grep", std::format("line 00{}", i)}).empty(); }));
        i % 2 == 1 ? (void)output_of({"journalctl", "--rotate"}) : systemctl({"restart", "systemd-journald.service"});
    }
    wait_until_written(id, 6'000);
    stop("writer");
    expect_complete(objects_in(follow.wait().out), 6'000);
    expect_complete(logs_of(id), 6'000);
}

// The agent's own memory; pages of journal files, which it shares with others, do not count.
long anonymous_kib(int pid) {
    std::ifstream status(std::format("/proc/{}/status", pid));
    for (std::string word; status >> word;) {
        if (word == "RssAnon:") {
            long kib = 0;
            status >> kib;
            return kib;
        }
    }
    return 0;
}

TEST_F(Logs, TellAReaderThatStoppedExactlyWhatItMissedAndCostBoundedMemory) {
    const int count = rounds(60'000, 1'000'000);
    define_test_server("writer");
    const std::string id = start("writer")["id"];
    Process quick = mcpctl_process({"logs", id, "-f", "--since", "@0", "-o", "ndjson"});
    Process slow = mcpctl_process({"logs", id, "-f", "--since", "@0", "-o", "ndjson"});
    ASSERT_TRUE(eventually([] { return agent_has_followers(2); }));
    ::kill(slow.pid(), SIGSTOP);
    const long before = anonymous_kib(agent_pid());
    call_tool("writer", "behave", {{"log", {{"count", count}, {"stream", "stdout"}}}});
    wait_until_written(id, count);
    EXPECT_LT(anonymous_kib(agent_pid()), before + 32L * 1024);
    stop("writer");
    expect_complete(objects_in(quick.wait().out), count);
    ::kill(slow.pid(), SIGCONT);
    int delivered = 0;
    int missed = 0;
    for (const Json& line : objects_in(slow.wait().out)) {
        const std::string message = line["message"];
        if (line["stream"] == "gap") {
            EXPECT_EQ(line["gap"]["reason"], "slow-reader");
            missed += line["gap"]["lines"].get<int>();
        } else if (message.starts_with("line ")) {
            ++delivered;
            ASSERT_EQ(message, std::format("line {:06} of {}", delivered + missed, count));
        }
    }
    EXPECT_GT(missed, 0);
}

TEST_F(Logs, AreForElkAndLoki) {
    define_test_server("writer", {"--log-count", "4", "--log-shape", "json", "--log-stream", "stdout"});
    const Json instance = start("writer");
    ASSERT_TRUE(eventually([&] { return logs_of("writer", {"--grep", "of 4"}).size() == 4; }));
    const auto lines = logs_of("writer", {"--grep", "of 4"});
    const std::vector<std::string> levels{"info", "warning", "error", "debug"};
    for (std::size_t i = 0; i < lines.size(); ++i) {
        EXPECT_THAT(lines[i]["timestamp"].get<std::string>(), ::testing::MatchesRegex(".*T.*[.][0-9]{6}Z"));
        EXPECT_EQ(lines[i]["level"], levels[i]);
        EXPECT_EQ(lines[i]["instance"], instance["id"]);
        EXPECT_EQ(lines[i]["profile"], "writer");
        EXPECT_EQ(lines[i]["server"], "writer-server");
        EXPECT_EQ(lines[i]["workload"], instance["unit"]);
    }
    EXPECT_EQ(logs_of("writer", {"--level", "error", "--grep", "of 4"}).size(), 1U);
    EXPECT_THAT(mcpctl({"logs", "writer", "--grep", "of 4"}).out, HasSubstr(" error: {"));
    EXPECT_EQ(Json::parse(mcpctl({"logs", "writer", "--tail", "2", "-o", "json"}).out).size(), 2U);
}

// As docs/logs.md has it for shippers; only a whole line has a cursor to go on from.
TEST_F(Logs, GoOnInAFileFromItsLastLine) {
    const std::string id = start_writer(10'000, {"--log-rate", "4000"});
    const std::string file = "/tmp/mcpctl-logs-test.json";
    std::ofstream(file, std::ios::trunc).close();
    const auto ship = [&](const std::string& from) {
        return Process({"sh", "-c", std::format("exec mcpctl logs {} -f -o ndjson {} >>{}", id, from, file)});
    };
    {
        const Process first = ship("--since @0");
        ASSERT_TRUE(eventually([&] { return output_of({"cat", file}).contains("line 003"); }));
    }  // killed
    std::string text = output_of({"cat", file}) + '\n';
    text.resize(text.find_last_of('}') == text.size() - 2 ? text.size() : text.rfind('\n', text.size() - 2) + 1);
    std::ofstream(file) << text;
    Process second = ship("--after " + objects_in(text).back()["cursor"].get<std::string>());
    wait_until_written(id, 10'000);
    stop("writer");
    EXPECT_EQ(second.wait().status, 0);
    expect_complete(objects_in(output_of({"cat", file})), 10'000);
}

TEST_F(Logs, LetNothingHarmfulOut) {
    for (const std::string shape : {"ansi", "control", "binary", "multiline", "long:10485760"}) {
        SCOPED_TRACE(shape);
        const std::string name = "writer" + std::to_string(shape.size());
        define_test_server(name, {"--log-count", "3", "--log-shape", shape, "--log-stream", "stdout"});
        const std::string id = start(name)["id"];
        const auto written = [&] { return logs_of(id, {"--tail", "99", "--grep", "line 000003"}); };
        ASSERT_TRUE(eventually([&] { return !written().empty(); }, 60s));
        const std::string text = mcpctl({"logs", id, "-o", "ndjson"}).out;
        for (const char c : text) {
            ASSERT_TRUE(c == '\n' || (std::uint8_t(c) >= 0x20 && c != 0x7f)) << int(c);
        }
        EXPECT_THAT(text, AllOf(Not(HasSubstr("\xc2\x9b")), Not(HasSubstr("\xe2\x80\xae"))));
        if (shape.starts_with("long")) {
            const std::string message = written().at(0)["message"];
            EXPECT_TRUE(message.ends_with("x…[cut]"));
            EXPECT_LT(message.size(), 1'100'000U);
        }
    }
}

TEST_F(Logs, CannotBeForged) {
    define_test_server("writer");
    const Json instance = start("writer");
    const std::string id = instance["id"];
    const Output sent =
        run({"logger", "--journald"}, std::format("MESSAGE=forged\nMCPCTL_INSTANCE={}\nOBJECT_SYSTEMD_UNIT={}\n"
                                                  "_SYSTEMD_UNIT={}\nMESSAGE_ID=a596d6fe7bfa4994828e72309e95d61e\n"
                                                  "OBJECT_SYSTEMD_SLICE={}\nN_DROPPED=7\n",
                                                  id, instance["unit"].get<std::string>(),
                                                  instance["unit"].get<std::string>(), slice_of("writer")));
    ASSERT_EQ(sent.status, 0) << sent.err;
    ASSERT_TRUE(eventually([&] { return !journal({"MCPCTL_INSTANCE=" + id, "MESSAGE=forged"}).empty(); }));
    EXPECT_FALSE(logs_of(id).empty());
    for (const Json& line : logs_of(id)) {
        EXPECT_NE(line["message"], "forged");
        EXPECT_NE(line["stream"], "gap");
    }
}

// F8
TEST_F(Logs, TellHowManyLinesJournaldDropped) {
    define_test_server("writer");
    const Json instance = start("writer");
    const std::string id = instance["id"];
    // What journald goes by, as PID 1 has told it.
    const std::string limit = "/run/systemd/units/log-rate-limit-burst:" + instance["unit"].get<std::string>();
    std::filesystem::remove(limit);
    std::filesystem::create_symlink("10", limit);
    systemctl({"restart", "systemd-journald.service"});  // it remembers limits for a while
    const auto gaps = [&] {
        call_tool("writer", "behave", {{"log", {{"count", 2000}}}});
        for (const Json& line : logs_of(id)) {
            if (line["stream"] == "gap") {
                return line["gap"];
            }
        }
        return Json();
    };
    Json gap;
    ASSERT_TRUE(eventually([&] { return !(gap = gaps()).is_null(); }, 30s));
    EXPECT_EQ(gap["reason"], "suppressed");
    EXPECT_GT(gap["lines"].get<int>(), 0);
}

TEST_F(Logs, EndWith130OnCtrlC) {
    const std::string id = start_writer(10);
    wait_until_written(id, 10);
    Process follow = mcpctl_process({"logs", "writer", "-f", "--grep", "of 10"});
    ASSERT_TRUE(eventually([] { return !agent_is_not_followed(); }));
    // The lines are in the pipe before anybody is told that the reader follows.
    ::kill(follow.pid(), SIGINT);
    const Output output = follow.wait();
    EXPECT_EQ(output.status, 130);
    EXPECT_EQ(output.err, "");
}

TEST_F(Logs, OfWhatNeverWasAreNotFound) {
    EXPECT_EQ(mcpctl({"logs", "nothing"}).status, 4);
    EXPECT_EQ(mcpctl({"logs", "bd1ed430-8d3a-451a-826a-5330c63899a3"}).status, 4);
    EXPECT_EQ(mcpctl({"logs", "x", "-f", "--until", "-1m"}).status, 2);
}

TEST_F(Logs, OfAStdioServerAreItsStderr) {
    add_server({{"name", "files"},
                {"transport", "stdio"},
                {"run", {{"command", {"mcp-test-server", "stdio", "--banner", "hello"}}}}});
    start("files");
    ASSERT_TRUE(eventually([] { return !logs_of("files", {"--grep", "hello"}).empty(); }));
    const Json line = logs_of("files", {"--grep", "hello"}).at(0);
    EXPECT_EQ(line["stream"], "stderr");
    EXPECT_EQ(line["message"], "hello");
}

}  // namespace
}  // namespace mcpctl::test
