// M12, D04, F8, F9: who did what is on record, each of it once, whatever becomes of journald or the agent meanwhile.
#include <grp.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <thread>

#include "base/message_ids.hpp"
#include "ctl/client.hpp"
#include "dbus/names.hpp"
#include "tests/crash/truth.hpp"
#include "tests/system/support/machine_test.hpp"
#include "tests/system/support/rounds.hpp"

namespace mcpctl::test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

constexpr uid_t nobody = 65534;

std::vector<Json> objects_in(const std::string& text) {
    std::vector<Json> all;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        all.push_back(Json::parse(line, nullptr, false));
        EXPECT_TRUE(all.back().is_object()) << line;
    }
    return all;
}

std::vector<Json> trail(std::vector<std::string> more) {
    more.insert(more.begin(), {"audit", "-o", "ndjson"});
    const Output output = mcpctl(more);
    EXPECT_EQ(output.status, 0) << output.err;
    return objects_in(output.out);
}

// A time from which on only this test has done anything.
std::string now() {
    const auto microseconds =
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch());
    return std::format("@{}.{:06}", microseconds.count() / 1'000'000, microseconds.count() % 1'000'000);
}

std::vector<std::string> actions_in(const std::vector<Json>& records) {
    std::vector<std::string> all;
    for (const Json& record : records) {
        all.push_back(record.value("action", "gap"));
    }
    return all;
}

// No number is missing and none comes twice.
void expect_in_sequence(const std::vector<Json>& records) {
    std::uint64_t next = 0;
    for (const Json& record : records) {
        ASSERT_NE(record["stream"], "gap") << record;
        if (record["seq"].is_number()) {
            const std::uint64_t seq = record["seq"];
            ASSERT_TRUE(next == 0 || seq == next) << record << " where " << next << " was expected";
            next = seq + 1;
        }
    }
}

// Its sockets too: otherwise it would be started by the next message.
class JournaldStopped {
  public:
    JournaldStopped() { systemctl({"stop", socket, dev_log, "systemd-journald.service"}); }
    JournaldStopped(const JournaldStopped&) = delete;
    JournaldStopped& operator=(const JournaldStopped&) = delete;
    ~JournaldStopped() { systemctl({"start", socket, dev_log, "systemd-journald.service"}); }

  private:
    static constexpr const char* socket = "systemd-journald.socket";
    static constexpr const char* dev_log = "systemd-journald-dev-log.socket";
};

class Audit : public MachineTest {
  protected:
    static void wait_until_all_has_arrived() {
        EXPECT_TRUE(eventually([] { return !busy_reasons().contains("audit records"); }));
    }
};

// What was acknowledged, and what nobody knows because the agent was killed meanwhile.
struct Tally {
    std::map<std::string, int> acknowledged;
    std::map<std::string, int> unknown;

    void note(const std::string& what, const Result<void>& result) {
        if (result) {
            ++acknowledged[what];
        } else if (result.error().code == ErrorCode::Unavailable || result.error().code == ErrorCode::TimedOut) {
            ++unknown[what];
        }
    }
};

std::string definition_of(const std::string& name) {
    return Json{{"name", name}, {"transport", "stdio"}, {"run", {{"command", {"mcp-test-server", "stdio"}}}}}.dump();
}

// Four actions.
void define_and_remove(ctl::AgentClient& client, const std::string& name, Tally& tally) {
    const std::string profile = name + "-more";
    tally.note("add-server " + name, client.add_server(definition_of(name)));
    tally.note("add-profile " + profile, client.add_profile(Json{{"name", profile}, {"server", name}}.dump()));
    tally.note("remove-profile " + profile, client.remove_profile(profile));
    tally.note("remove-server " + name, client.remove_server(name));
}

void start_and_stop(const std::string& profile, const std::string& name) {
    ASSERT_EQ(mcpctl({"start", profile, "--name", name}).status, 0);
    ASSERT_EQ(mcpctl({"stop", name, "--yes"}).status, 0);
}

TEST_F(Audit, IsCompleteAndInSequenceAlthoughJournaldWasAwayAndTheAgentWasKilled) {
    define_test_server("mixed");
    const std::string begin = now();
    const auto client = new_client();
    Tally tally;
    const int rounds = 250;
    std::optional<JournaldStopped> stopped;
    for (int i = 0; i < rounds; ++i) {
        if (i == 60) {
            stopped.emplace();
        } else if (i == 160) {
            stopped.reset();
        } else if (i == 30 || i == 100 || i == 200) {
            // It dies with calls under way, and records.
            const std::jthread killer([] { kill_agent(); });
            for (int j = 0; j < 4; ++j) {
                define_and_remove(*client, std::format("k{}-{}", i, j), tally);
            }
        }
        define_and_remove(*client, std::format("s{}", i), tally);
        if (i % 50 == 10 && !stopped) {
            start_and_stop("mixed", std::format("i{}", i));
        }
    }
    wait_until_all_has_arrived();
    const auto records = trail({"--since", begin});
    expect_in_sequence(records);
    std::map<std::string, int> shown;
    for (const Json& record : records) {
        const std::string action = record["action"];
        if (record["result"] != "allowed") {
            continue;
        }
        if (action.ends_with("-server") || action.ends_with("-profile")) {
            ++shown[action + " " + record[action.ends_with("-server") ? "server" : "profile"].get<std::string>()];
        }
    }
    EXPECT_GE(tally.acknowledged.size(), 980U);
    for (const auto& [what, count] : tally.acknowledged) {
        EXPECT_EQ(shown[what], count) << what;
    }
    for (const auto& [what, count] : shown) {
        EXPECT_LE(count, tally.acknowledged[what] + tally.unknown[what]) << what;
    }
    EXPECT_THAT(actions_in(records), Contains("start").Times(3));
    EXPECT_THAT(actions_in(records), Contains("stop").Times(3));
    EXPECT_THAT(actions_in(records), Contains("remove").Times(3));
    // One that was started without journald logs elsewhere.
    stop_agent();
}

TEST_F(Audit, IsReadableWithPlainJournalctlAndExplained) {
    const std::string begin = now();
    define_test_server("plain");
    const Json instance = start("plain");
    stop("plain");
    wait_until_all_has_arrived();
    const std::string id = "MESSAGE_ID=" + std::string(message_id::audit_start);
    const auto entries =
        journal({id, "_SYSTEMD_UNIT=mcpctl-agent.service", "MCPCTL_INSTANCE=" + instance["id"].get<std::string>()});
    ASSERT_EQ(entries.size(), 1U);
    const std::map<std::string, std::string> expected{
        {"MCPCTL_AUDIT", "1"},           {"MCPCTL_ACTION", "start"},        {"MCPCTL_RESULT", "allowed"},
        {"MCPCTL_PROFILE", "plain"},     {"MCPCTL_SERVER", "plain-server"}, {"MCPCTL_NAME", "plain"},
        {"MCPCTL_ACTOR_UID", "0"},       {"MCPCTL_ACTOR", "root"},          {"MCPCTL_VIA", "socket"},
        {"MESSAGE", "root: start plain"}};
    for (const auto& [field, value] : expected) {
        EXPECT_EQ(entries[0].value(field, ""), value) << field;
    }
    const std::string explained = output_of({"journalctl", "-x", "-n", "1", "--no-pager", id});
    EXPECT_THAT(explained, HasSubstr("An MCP server instance was started"));
    EXPECT_THAT(explained, HasSubstr("started the instance plain"));
    for (const std::string_view kind :
         {message_id::audit_add_server, message_id::audit_retry, message_id::audit_refused, message_id::audit_denied}) {
        EXPECT_EQ(run({"journalctl", "--dump-catalog", std::string(kind)}).status, 0) << kind;
    }
    EXPECT_THAT(mcpctl({"audit", "--since", begin, "--action", "start"}).out, HasSubstr(" root: start plain\n"));
}

TEST_F(Audit, TellsWhatTheAgentDidByItself) {
    define_test_server("own", {}, {{"restart", {{"initialDelay", "100ms"}}}});
    const std::string begin = now();
    const std::string id = start("own")["id"];
    run({"kill", "-KILL", std::to_string(main_pid_of("own"))});
    ASSERT_TRUE(eventually([] { return status_of("own").value("restarts", 0) == 1 && state_of("own") == "running"; }));
    kill_agent();
    stop("own");
    const auto records = trail({"--since", begin, "--instance", id});
    EXPECT_EQ(actions_in(records), (std::vector<std::string>{"start", "retry", "adopt", "stop", "remove"}));
    for (const Json& record : records) {
        const bool by_somebody = record["action"] == "start" || record["action"] == "stop";
        EXPECT_EQ(record["actor"], by_somebody ? "root" : "agent") << record;
    }
    EXPECT_EQ(trail({"--since", begin, "--instance", "own", "--actor", "agent"}).size(), 3U);
}

// In a process of its own, with nobody's rights.
void call_as_nobody(int calls) {
    const pid_t child = ::fork();
    if (child == 0) {
        const bool dropped = ::setgroups(0, nullptr) == 0 && ::setresgid(nobody, nobody, nobody) == 0 &&
                             ::setresuid(nobody, nobody, nobody) == 0;
        const auto client = new_client();
        bool denied = dropped;
        for (int i = 0; i < calls && denied; ++i) {
            const auto removed = client->remove_server("x");
            denied = !removed && removed.error().code == ErrorCode::AccessDenied;
        }
        ::_exit(denied ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
}

// The door stands open, so that the agent itself has to deny.
class OpenSocket {
  public:
    OpenSocket() { ::chmod(path, 0666); }
    OpenSocket(const OpenSocket&) = delete;
    OpenSocket& operator=(const OpenSocket&) = delete;
    ~OpenSocket() { ::chmod(path, 0660); }

  private:
    static constexpr const char* path = dbus::socket_path.data();
};

TEST_F(Audit, CountsDeniedCallsAndStoresNoneOfThem) {
    const int calls = rounds(10'000, 100'000);
    const std::string begin = now();
    define_test_server("before");
    {
        const OpenSocket open;
        call_as_nobody(calls);
    }
    define_test_server("after");
    const auto told = [&] {
        std::uint64_t count = 0;
        for (const Json& record : trail({"--since", begin, "--result", "denied"})) {
            EXPECT_EQ(record["actor"], "nobody");
            EXPECT_EQ(record["action"], "remove-server");
            EXPECT_TRUE(record["seq"].is_null());
            count += record["count"].get<std::uint64_t>();
        }
        return count;
    };
    EXPECT_TRUE(eventually([&] { return told() == std::uint64_t(calls); }, 70s)) << told();
    EXPECT_LE(trail({"--since", begin, "--result", "denied"}).size(), 10U);
    // What was numbered are the four definitions.
    const auto allowed = trail({"--since", begin, "--result", "allowed"});
    ASSERT_EQ(allowed.size(), 4U);
    EXPECT_EQ(allowed.back()["seq"].get<std::uint64_t>(), allowed.front()["seq"].get<std::uint64_t>() + 3);
}

// As docs/audit.md has it for shippers.
TEST_F(Audit, IsFollowedIntoAFileOverAKillOfTheAgent) {
    const std::string begin = now();
    const std::string file = "/tmp/mcpctl-audit-test.json";
    std::filesystem::remove(file);
    const Process shipper({"sh", "-c", std::format("exec mcpctl audit -f -o ndjson --since {} >>{}", begin, file)});
    const auto shipped = [&] { return objects_in(output_of({"cat", file})); };
    define_test_server("first");
    ASSERT_TRUE(eventually([&] { return shipped().size() == 2; }));
    kill_agent();
    define_test_server("second");
    ASSERT_TRUE(eventually([&] { return shipped().size() == 4; }));
    expect_in_sequence(shipped());
    EXPECT_EQ(shipped().back()["profile"], "second");
    EXPECT_EQ(trail({"--after", shipped().back()["cursor"].get<std::string>()}).size(), 0U);
}

}  // namespace
}  // namespace mcpctl::test
