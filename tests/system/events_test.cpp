// mcpctl events: D05, M16.
#include <algorithm>
#include <csignal>
#include <format>
#include <fstream>
#include <optional>

#include "tests/system/support/machine_test.hpp"
#include "tests/system/support/users.hpp"

namespace mcpctl::test {
namespace {

using ::testing::HasSubstr;

constexpr const char* events_file = "/run/mcpctl-test-events";

// What follows events and writes them into a file, which grows with each.
class Events : public MachineTest {
  protected:
    void follow(const std::string& way) {
        std::ofstream(events_file).close();
        follower_.emplace(std::vector<std::string>{
            "/bin/sh", "-c", std::format("exec mcpctl events -f -o ndjson --connection {} >{}", way, events_file)});
        ASSERT_TRUE(seen([](const Json& event) { return event["event"] == "snapshot"; }));
    }
    static std::vector<Json> all() {
        std::vector<Json> events;
        std::ifstream file(events_file);
        for (std::string line; std::getline(file, line);) {
            events.push_back(Json::parse(line, nullptr, false));
        }
        return events;
    }
    template <class Condition>
    static bool seen(Condition condition) {
        return eventually([&] { return std::ranges::any_of(all(), condition); });
    }
    static bool seen_instance(const std::string& state) {
        return seen([&](const Json& event) {
            return event["event"] == "instance" && event["object"]["name"] == "echo" &&
                   event["object"]["state"] == state;
        });
    }
    void expect_a_life_of_an_instance() {
        define_test_server("echo");
        EXPECT_TRUE(seen([](const Json& event) { return event["event"] == "server"; }));
        EXPECT_TRUE(seen([](const Json& event) { return event["event"] == "profile"; }));
        start("echo");
        EXPECT_TRUE(seen_instance("starting"));
        EXPECT_TRUE(seen_instance("running"));
        EXPECT_TRUE(
            seen([](const Json& event) { return event["event"] == "job" && event["object"]["state"] == "done"; }));
        stop("echo");
        EXPECT_TRUE(seen([](const Json& event) {
            return event["event"] == "instance-removed" && event["object"]["name"] == "echo";
        }));
    }
    Output interrupt() {
        ::kill(follower_->pid(), SIGINT);
        return follower_->wait();
    }

    std::optional<Process> follower_;
};

TEST_F(Events, OfALifeOfAnInstanceComeOverTheBus) {
    follow("bus");
    expect_a_life_of_an_instance();
    const Output ended = interrupt();
    EXPECT_EQ(ended.status, 0) << ended.err;
    EXPECT_EQ(ended.err, "");
}

TEST_F(Events, OfALifeOfAnInstanceComeOverTheSocket) {
    follow("socket");
    expect_a_life_of_an_instance();
    EXPECT_EQ(interrupt().status, 0);
}

// Everybody may look, as with list and status.
TEST_F(Events, AreForOrdinaryUsersToo) {
    const User alice{"alice"};
    alice.make();
    define_test_server("echo");
    start("echo");
    const Output shown = alice.run({"mcpctl", "events"});
    EXPECT_EQ(shown.status, 0) << shown.err;
    EXPECT_THAT(shown.out, HasSubstr("echo: running, ready"));
}

// B13: the agent may be killed; who follows is told what is different with the next one.
TEST_F(Events, GoOnWithTheNextAgent) {
    define_test_server("echo");
    start("echo");
    for (const char* way : {"bus", "socket"}) {
        follow(way);
        kill_agent();
        mcpctl({"list"});
        EXPECT_TRUE(eventually([] {
            const auto events = all();
            return std::ranges::count(events, Json("snapshot"), [](const Json& event) { return event["event"]; }) >= 2;
        })) << way;
        output_of({"mcpctl", "restart", "echo"});
        EXPECT_TRUE(seen([](const Json& event) {
            return event["event"] == "job" && event["object"]["state"] == "done";
        })) << way;
        EXPECT_EQ(interrupt().status, 0);
    }
}

// Following is no use of the agent: it exits when it has nothing to do, and is not started again for us.
TEST_F(Events, DoNotStartAnAgentThatHasGone) {
    follow("bus");
    stop_agent();
    define_test_server("echo");
    EXPECT_TRUE(seen([](const Json& event) {
                    return event["event"] == "snapshot" && event["object"]["servers"].size() == 1;
                }) ||
                seen([](const Json& event) { return event["event"] == "server"; }));
    stop_agent();
    EXPECT_TRUE(holds_for(2s, [] { return !is_active(agent_service); }));
    EXPECT_EQ(interrupt().status, 0);
}

}  // namespace
}  // namespace mcpctl::test
