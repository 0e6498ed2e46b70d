// M09 over real HTTP: streams of logs and events, complete and in order, also for who comes back.
#include <format>

#include "tests/system/support/http_client.hpp"
#include "tests/system/support/log_lines.hpp"

namespace mcpctl::test {
namespace {

constexpr int line_count = 12'000;

class HttpStream : public HttpTest {
  protected:
    void start_writer(int count, std::vector<std::string> more = {}) const {
        more.insert(more.begin(), {"--log-count", std::to_string(count), "--log-stream", "stdout"});
        define_test_server("writer", more);
        const Answer started = start(R"({"profileName":"writer"})");
        ASSERT_EQ(started.status, 201) << started.body;
    }
    // As many lines of the answer as asked for; then the client goes away.
    [[nodiscard]] std::string beginning_of(const std::string& path, int lines) const {
        const std::string command =
            std::format("curl --silent --include --no-buffer --header 'Authorization: Bearer {}' '{}{}' | head -n {}",
                        token_, bridge_address, path, lines);
        return run({"sh", "-c", command}).out;
    }
    // The messages, and what the close said.
    static std::pair<std::vector<Json>, Json> outcome(Process& client) {
        const Output output = client.wait();
        std::vector<Json> lines = objects_in(output.out);
        if (lines.empty() || !lines.back().contains("close")) {
            ADD_FAILURE() << output.err << output.out;
            return {};
        }
        Json last = lines.back();
        lines.pop_back();
        return {std::move(lines), std::move(last)};
    }
};

TEST_F(HttpStream, OfEventsGoesOnBehindTheLastOneThatTheClientHad) {
    start_writer(line_count, {"--log-rate", "6000"});
    auto events = events_in(beginning_of("/api/instances/writer/logs/stream?since=@0", 6'000));
    ASSERT_GT(events.size(), 1'000U);
    ASSERT_NE(events.back().id, "");
    wait_for_streams(0);
    Process rest =
        stream("/api/instances/writer/logs/stream?since=@0", {"--header", "Last-Event-ID: " + events.back().id});
    wait_for_streams(1);
    wait_until_written("writer", line_count);
    stop("writer");
    const auto more = events_in(rest.wait().out);
    ASSERT_FALSE(more.empty());
    EXPECT_EQ(more.back().name, "end");
    events.insert(events.end(), more.begin(), more.end());
    expect_complete(data_of(events), line_count);
}

TEST_F(HttpStream, OverAWebSocketGoesOnBehindTheCursor) {
    start_writer(line_count, {"--log-rate", "6000"});
    const std::vector<std::string> protocols{"mcpctl.v1", "mcpctl.token." + token_};
    Process first = websocket("/api/instances/writer/logs/stream?since=@0", 3'000, protocols);
    auto [lines, closed] = outcome(first);
    ASSERT_EQ(lines.size(), 3'000U);
    EXPECT_EQ(closed["close"], 1000);
    EXPECT_EQ(closed["protocol"], "mcpctl.v1");
    wait_for_streams(0);
    Process rest =
        websocket(std::format("/api/instances/writer/logs/stream?cursor={}", lines.back()["cursor"].get<std::string>()),
                  0, protocols);
    wait_for_streams(1);
    wait_until_written("writer", line_count);
    stop("writer");
    const auto [more, ended] = outcome(rest);
    EXPECT_EQ(ended["close"], 1000);
    lines.insert(lines.end(), more.begin(), more.end());
    expect_complete(lines, line_count);
}

TEST_F(HttpStream, EndsWithItsToken) {
    start_writer(10);
    Process events = stream("/api/instances/writer/logs/stream?since=@0");
    Process socket =
        websocket("/api/instances/writer/logs/stream?since=@0", 0, {"mcpctl.token." + token_, "mcpctl.v1"});
    const std::string other = token("other", {"--scope", "view"});
    ASSERT_TRUE(eventually([&] { return ask_with(other, "GET", "/metrics").body.contains("mcpctl_http_streams 2"); }));
    EXPECT_EQ(mcpctl({"token", "revoke", "all", "--yes"}).status, 0);
    const auto told = events_in(events.wait().out);
    ASSERT_FALSE(told.empty());
    EXPECT_EQ(told.back().name, "end");
    EXPECT_EQ(outcome(socket).second["close"], 1008);
    stop("writer");
}

TEST_F(HttpStream, RefusesAWebSocketWithoutAToken) {
    start_writer(1);
    Process socket = websocket("/api/instances/writer/logs/stream", 0, {"mcpctl.v1", "mcpctl.token.wrong"});
    const auto [lines, closed] = outcome(socket);
    EXPECT_TRUE(lines.empty());
    EXPECT_NE(closed["close"], 1000);
    stop("writer");
}

TEST_F(HttpStream, TellsProxiesNotToKeepItBack) {
    start_writer(1);
    const std::string head = beginning_of("/api/instances/writer/logs/stream", 8);
    EXPECT_THAT(head, ::testing::HasSubstr("Content-Type: text/event-stream"));
    EXPECT_THAT(head, ::testing::HasSubstr("X-Accel-Buffering: no"));
    stop("writer");
}

TEST_F(HttpStream, GivesUpAFollowWhenItsClientGoes) {
    start_writer(10);
    {
        const Process client = stream("/api/instances/writer/logs/stream");
        ASSERT_TRUE(eventually([] { return busy_reasons().contains("follow logs"); }));
    }
    EXPECT_TRUE(eventually([] { return !busy_reasons().contains("follow logs"); }));
    stop("writer");
}

TEST_F(HttpStream, OfChangesBeginsWithEverythingAndTellsEachChange) {
    define_test_server("web");
    define_test_server("hidden");
    const std::string some = token("some", {"--scope", "view", "--profiles", "web"});
    Process everything = stream("/api/events");
    Process filtered({"curl", "--silent", "--no-buffer", "--header", "Authorization: Bearer " + some,
                      std::string(bridge_address) + "/api/events"});
    wait_for_streams(2);
    ASSERT_EQ(start(R"({"profileName":"web"})").status, 201);
    ASSERT_EQ(start(R"({"profileName":"hidden"})").status, 201);
    ASSERT_EQ(ask("DELETE", "/api/instances/web").status, 200);
    ASSERT_EQ(ask("DELETE", "/api/instances/hidden").status, 200);
    for (const char* name : {"all", "some"}) {
        EXPECT_EQ(mcpctl({"token", "revoke", name, "--yes"}).status, 0);
    }
    const std::string told = everything.wait().out;
    const auto events = events_in(told);
    ASSERT_FALSE(events.empty());
    EXPECT_EQ(events.front().name, "snapshot");
    EXPECT_EQ(events.front().data["profiles"].size(), 4U);  // each server has one of its own name
    const auto has = [&](const std::string& name, const std::string& member, const std::string& value) {
        return std::ranges::any_of(events, [&](const Event& event) {
            return event.name == name && event.data.contains(member) && event.data[member] == value;
        });
    };
    EXPECT_TRUE(has("instance", "state", "running")) << told;
    EXPECT_TRUE(has("job", "state", "done")) << told;
    EXPECT_TRUE(has("instance-removed", "name", "web")) << told;
    EXPECT_TRUE(has("instance-removed", "name", "hidden")) << told;
    const std::string less = filtered.wait().out;
    EXPECT_THAT(less, ::testing::HasSubstr("instance-removed"));
    EXPECT_THAT(less, ::testing::Not(::testing::HasSubstr("hidden")));
}

}  // namespace
}  // namespace mcpctl::test
