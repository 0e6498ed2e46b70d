// Engines that stop, die, hang and come back, under instances in containers (F18).
#include <csignal>
#include <filesystem>
#include <fstream>

#include "tests/system/support/containers.hpp"

namespace mcpctl::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr auto settled_within = 30s;

class ContainerEngine : public ContainerTest {
  protected:
    ContainerEngine() : ContainerTest("docker") {}
    // However often it is killed, PID 1 starts it again.
    void SetUp() override {
        std::filesystem::create_directories("/run/systemd/system/docker.service.d");
        std::ofstream("/run/systemd/system/docker.service.d/test.conf")
            << "[Unit]\nStartLimitIntervalSec=0\n[Service]\nRestartSec=500ms\n";
        systemctl({"daemon-reload"});
        ContainerTest::SetUp();
    }
    void TearDown() override {
        run({"pkill", "--signal", "CONT", "--exact", "dockerd"});
        systemctl({"start", "docker.socket", "docker.service"});
        ContainerTest::TearDown();
    }
    static void stop_engine() { systemctl({"stop", "docker.socket", "docker.service"}); }
    static void start_engine() { systemctl({"start", "docker.socket", "docker.service"}); }
    static void signal_engine(int signal) {
        ASSERT_EQ(::kill(std::stoi(show("docker.service", "MainPID")), signal), 0);
    }
    static bool is_unreachable(const std::string& instance) {
        return status_of(instance).value("unreachableSince", Json()).is_string();
    }
    // Running again, in one container, and answering.
    void expect_settled(const std::string& instance) const {
        EXPECT_TRUE(
            eventually([&] { return state_of(instance) == "running" && !is_unreachable(instance); }, settled_within))
            << status_of(instance);
        EXPECT_THAT(containers(), ElementsAre(container_of(instance)));
        EXPECT_EQ(McpClient::of(instance).server_info()["name"], "mcp-test-server");
    }
};

TEST_F(ContainerEngine, ThatIsStoppedAndStartedIsShownAndItsInstancesComeBack) {
    define_in_container("boxed");
    define_test_server("native");
    start("boxed");
    const Json native = start("native");
    stop_engine();
    EXPECT_TRUE(eventually([] { return is_unreachable("boxed"); }));
    EXPECT_THAT(mcpctl({"status", "boxed"}).out, HasSubstr("unreachable since"));
    // Not known, which is not 0, and not what its relay uses.
    EXPECT_TRUE(status_of("boxed")["health"]["memoryBytes"].is_null());
    // Others go on.
    EXPECT_EQ(status_of("native")["runtimeId"], native["runtimeId"]);
    mcpctl_json({"restart", "native"});
    start_engine();
    expect_settled("boxed");
}

TEST_F(ContainerEngine, ThatIsKilledLosesAndDuplicatesNothing) {
    define_in_container("boxed");
    start("boxed");
    signal_engine(SIGKILL);
    EXPECT_TRUE(eventually([] { return is_active("docker.service"); }, settled_within));
    expect_settled("boxed");
}

TEST_F(ContainerEngine, ThatIsNotThereIsTheReasonOfAFailedStart) {
    define_in_container("boxed");
    stop_engine();
    const Output started = mcpctl({"start", "boxed"});
    EXPECT_NE(started.status, 0);
    EXPECT_THAT(started.err, HasSubstr("the engine docker does not answer"));
    EXPECT_EQ(leftovers(), "");
    start_engine();
}

TEST_F(ContainerEngine, ThatHangsHoldsUpNobody) {
    define_in_container("boxed");
    define_test_server("native");
    start("boxed");
    signal_engine(SIGSTOP);
    // Each call ends by its deadline, and quickly where the engine is not needed.
    const auto begin = std::chrono::steady_clock::now();
    start("native");
    EXPECT_EQ(state_of("boxed"), "running");
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
    EXPECT_TRUE(eventually([] { return is_unreachable("boxed"); }, settled_within));
    const Output stopped = mcpctl({"stop", "boxed", "--yes", "--drain-timeout", "1s"});
    EXPECT_NE(stopped.status, 0);
    EXPECT_THAT(stopped.err, HasSubstr("docker does not answer"));
    kill_agent();
    EXPECT_EQ(state_of("native"), "running");
    signal_engine(SIGCONT);
    stop("boxed");
}

TEST_F(ContainerEngine, ThatDiesInTheMiddleOfStartsAndStopsLeavesOneContainerOrNone) {
    define_in_container("boxed", {}, {{"restart", {{"initialDelay", "200ms"}}}});
    for (const auto moment : {5ms, 60ms, 150ms, 300ms}) {
        Process starting = mcpctl_process({"start", "boxed"});
        std::this_thread::sleep_for(moment);  // the fault's moment, not a wait for something
        signal_engine(SIGKILL);
        const Output started = starting.wait(90s);
        if (started.status == 0) {
            expect_settled("boxed");
            Process stopping = mcpctl_process({"stop", "boxed", "--yes"});
            std::this_thread::sleep_for(moment);
            signal_engine(SIGKILL);
            const Output stopped = stopping.wait(90s);
            EXPECT_EQ(stopped.status, 0) << stopped.err;
        }
        EXPECT_TRUE(eventually([this] { return containers().empty(); }, settled_within)) << containers().size();
        EXPECT_EQ(leftovers(), "");
    }
}

// B01: half made, made and not started, started and not recorded, stopped and not removed.
TEST_F(ContainerEngine, HasOneContainerOrNoneHoweverTheAgentDiesInTheMiddleOfStartsAndStops) {
    define_in_container("boxed");
    for (const auto moment : {2ms, 20ms, 60ms, 120ms, 250ms, 400ms}) {
        mcpctl({"list"});  // has an agent running
        Process starting = mcpctl_process({"start", "boxed"});
        std::this_thread::sleep_for(moment);  // the fault's moment, not a wait for something
        kill_agent();
        starting.wait(90s);
        ASSERT_TRUE(eventually(
            [] {
                const std::string state = state_of("boxed");
                return state == "running" || state.empty();
            },
            settled_within))
            << status_of("boxed");
        if (state_of("boxed").empty()) {
            EXPECT_THAT(containers(), ElementsAre());
            continue;
        }
        expect_settled("boxed");
        Process stopping = mcpctl_process({"stop", "boxed", "--yes"});
        std::this_thread::sleep_for(moment);
        kill_agent();
        stopping.wait(90s);
        if (!eventually([] { return state_of("boxed").empty(); }, 5s)) {
            stop("boxed");  // it was not accepted
        }
        EXPECT_TRUE(eventually([this] { return containers().empty(); }, settled_within));
        EXPECT_EQ(leftovers(), "");
    }
}

// B04
TEST_F(ContainerEngine, ThatDiesEndsItsSessionsAndANewStandbyComes) {
    define_stdio_in_container("chat", {{"restart", {{"initialDelay", "200ms"}}}});
    start("chat");
    signal_engine(SIGKILL);
    EXPECT_TRUE(eventually(
        [this] {
            const Output called = mcpctl({"call", "chat", "echo", R"({"text": "again"})"});
            return called.status == 0;
        },
        settled_within));
    EXPECT_TRUE(eventually([this] { return containers().size() == 1; }, settled_within));
}

}  // namespace
}  // namespace mcpctl::test
