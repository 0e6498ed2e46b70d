// M09, M16: logs of another machine are followed over whatever happens on the way, each line once and in order.
#include <csignal>
#include <format>
#include <fstream>

#include "tests/system/support/far_machine.hpp"
#include "tests/system/support/log_lines.hpp"

namespace mcpctl::test {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

constexpr int line_count = 12'000;
constexpr int lines_per_second = 3'000;
constexpr int interrupted = 130;

class FarFollow : public FarMachineTest {
  protected:
    [[nodiscard]] Process follow(std::vector<std::string> variables = {}) const {
        return far_process({"logs", "writer", "-f", "-o", "ndjson", "--since", "@0"}, std::move(variables));
    }
    // The writer has written all, and is removed: that ends a follow.
    void expect_all_lines(Process& follower) const {
        wait_until_written("writer", line_count);
        wait_for_streams(1);
        stop("writer");
        const Output output = follower.wait();
        EXPECT_EQ(output.status, 0) << output.err;
        expect_complete(objects_in(output.out), line_count);
        errors_ = output.err;
    }
    [[nodiscard]] bool events_are_remembered() const {
        std::ifstream file(path("cache/mcpctl/ways"));
        return std::string(std::istreambuf_iterator<char>(file), {}).starts_with("sse https://localhost:8443 ");
    }
    mutable std::string errors_;
};

TEST_F(FarFollow, GivesEachLineOnceAndEndsWithTheInstance) {
    start_writer(line_count, lines_per_second);
    Process follower = follow();
    wait_for_streams(1);
    expect_all_lines(follower);
    EXPECT_EQ(errors_, "");
    EXPECT_FALSE(fs::exists(path("cache")));  // the WebSocket got through
}

TEST_F(FarFollow, GoesOnOverARestartOfTheBridge) {
    start_writer(line_count, lines_per_second);
    Process follower = follow();
    wait_for_streams(1);
    output_of({"systemctl", "stop", "mcpctl-http-bridge.service"});
    EXPECT_EQ(show("mcpctl-http-bridge.service", "Result"), "success");
    wait_for_streams(1);  // its socket starts it again
    expect_all_lines(follower);
    EXPECT_THAT(errors_, HasSubstr("connection lost, trying again in"));
    EXPECT_THAT(errors_, HasSubstr("connected again"));
}

TEST_F(FarFollow, GoesOnOverAProxyThatIsKilledAndComesBack) {
    start_tinyproxy();
    start_writer(line_count, lines_per_second);
    Process follower = follow({std::format("https_proxy={}", tinyproxy_address)});
    wait_for_streams(1);
    stop_proxy();
    wait_for_streams(0);
    start_tinyproxy();
    wait_for_streams(1);
    expect_all_lines(follower);
    EXPECT_THAT(errors_, HasSubstr("connected again"));
}

TEST_F(FarFollow, TakesAProxyByItsOptionAndTellsItItsPassword) {
    start_tinyproxy("BasicAuth me secret\n");
    start_writer(line_count, lines_per_second);
    EXPECT_EQ(far({"--proxy", tinyproxy_address, "list"}).status, 3);
    EXPECT_EQ(far({"--proxy", "http://me:secret@127.0.0.1:8888", "list"}).status, 2);
    Process follower = follow({"https_proxy=http://me:secret@127.0.0.1:8888"});
    wait_for_streams(1);
    expect_all_lines(follower);
}

TEST_F(FarFollow, PassesNginxByWebSocket) {
    start_nginx(true);
    start_writer(line_count, lines_per_second);
    Process follower = follow({std::format("MCPCTL_HOST={}", nginx_address)});
    wait_for_streams(1);
    stop_proxy();
    wait_for_streams(0);
    start_nginx(true);
    wait_for_streams(1);
    expect_all_lines(follower);
    EXPECT_FALSE(events_are_remembered());
}

TEST_F(FarFollow, FallsBackToEventsWhereNoWebSocketGetsThrough) {
    start_nginx(false);
    start_writer(line_count, lines_per_second);
    Process follower = follow({std::format("MCPCTL_HOST={}", nginx_address)});
    wait_for_streams(1);
    EXPECT_TRUE(eventually([this] { return events_are_remembered(); }));
    stop_proxy();
    wait_for_streams(0);
    start_nginx(false);
    wait_for_streams(1);
    expect_all_lines(follower);
}

TEST_F(FarFollow, GivesLongLinesWhole) {
    define("talker", {"sh", "-c", "head -c 30000 /dev/zero | tr '\\0' x; echo; exec mcp-test-server http"});
    MachineTest::start("talker");
    Process follower = far_process({"logs", "talker", "-f", "-o", "ndjson", "--since", "@0"});
    wait_for_streams(1);
    stop("talker");
    const Output output = follower.wait();
    EXPECT_EQ(output.status, 0) << output.err;
    EXPECT_THAT(output.out, HasSubstr(std::string(30'000, 'x')));
}

TEST_F(FarFollow, EndsWithItsToken) {
    define_test_server("writer");
    MachineTest::start("writer");
    const std::string reader = token("reader", {"--scope", "view,logs"});
    Process follower = follow({std::format("MCPCTL_TOKEN={}", reader)});
    wait_for_streams(1);
    EXPECT_EQ(mcpctl({"token", "revoke", "reader", "--yes"}).status, 0);
    EXPECT_EQ(follower.wait().status, 3);
}

TEST_F(FarFollow, EndsAtOnceWithCtrlC) {
    define_test_server("writer");
    MachineTest::start("writer");
    Process follower = follow();
    wait_for_streams(1);
    ASSERT_EQ(::kill(follower.pid(), SIGINT), 0);
    EXPECT_EQ(follower.wait(5s).status, interrupted);
}

TEST_F(FarFollow, EndsAtOnceWithCtrlCAlsoWhileItWaitsForTheMachine) {
    define_test_server("writer");
    MachineTest::start("writer");
    Process follower = follow();
    wait_for_streams(1);
    output_of({"systemctl", "stop", "mcpctl-http-bridge-tls.socket", "mcpctl-http-bridge.socket",
               "mcpctl-http-bridge.service"});
    ASSERT_EQ(::kill(follower.pid(), SIGINT), 0);
    EXPECT_EQ(follower.wait(5s).status, interrupted);
}

}  // namespace
}  // namespace mcpctl::test
