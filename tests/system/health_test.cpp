// Health as people see it: servers that answer, that freeze and thaw, that stay unwell.
#include <csignal>

#include "tests/system/support/machine_test.hpp"

namespace mcpctl::test {
namespace {

using ::testing::HasSubstr;

constexpr const char* alert_raised = "MESSAGE_ID=8f6f1a1f2d0e4b7c9d3a5e0c61b7a120";
constexpr const char* alert_cleared = "MESSAGE_ID=8f6f1a1f2d0e4b7c9d3a5e0c61b7a121";
constexpr auto interval = 1s;
constexpr int threshold = 3;

class HealthOfInstances : public MachineTest {
  protected:
    static Json settings(Json more = Json::object()) {
        more.update({{"interval", 1}, {"timeout", 0.4}, {"failureThreshold", threshold}});
        return {{"health", more}};
    }
    static void define_any(const std::string& name, const std::string& transport,
                           const std::vector<std::string>& command) {
        add_server({{"name", name + "-server"}, {"transport", transport}, {"run", {{"command", command}}}});
        Json profile = settings();
        profile.update({{"name", name}, {"server", name + "-server"}});
        add_profile(profile);
    }
    static std::string readiness_of(const std::string& name) { return status_of(name).value("readiness", ""); }
    static std::size_t entries(const char* message, const std::string& id) {
        return journal({message, "MCPCTL_INSTANCE=" + id}).size();
    }
    static Json health_of(const std::string& name) {
        return Json::parse(mcpctl({"health", name, "-o", "json"}).out, nullptr, false);
    }
};

// M04, B03: real servers and each generation, on each transport.
TEST_F(HealthOfInstances, IsFoundInBothGenerationsAndOnEachTransport) {
    struct Row {
        const char* name;
        const char* transport;
        std::vector<std::string> command;
        const char* generation;
    };
    const std::vector<Row> rows{
        {"legacy", "streamable-http", {"mcp-test-server", "http", "--generation", "legacy"}, "legacy"},
        {"modern", "streamable-http", {"mcp-test-server", "http", "--generation", "modern"}, "modern"},
        {"both", "streamable-http", {"mcp-test-server", "http"}, "modern"},
        {"sse", "sse", {"mcp-test-server", "sse"}, "legacy"},
        {"pipe", "stdio", {"mcp-test-server", "stdio"}, "unknown"},
        {"everything", "streamable-http", {"mcp-server-everything", "streamableHttp"}, "legacy"},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.name);
        define_any(row.name, row.transport, row.command);
        EXPECT_EQ(start(row.name)["readiness"], "ready") << "running means that it answered";
        const Output checked = mcpctl({"health", row.name, "-o", "json"});
        EXPECT_EQ(checked.status, 0) << checked.err;
        const Json health = Json::parse(checked.out);
        EXPECT_EQ(health["readiness"], "ready");
        EXPECT_EQ(health["liveness"], "alive");
        EXPECT_EQ(health["generation"], row.generation);
        EXPECT_GT(health["latencyMicroseconds"], 0);
    }
}

// M04, M05: an alert once, and its end once, however long it takes.
TEST_F(HealthOfInstances, FollowsAServerThatFreezesAndThaws) {
    define_test_server("ice", {}, settings());
    const std::string id = start("ice")["id"];
    const int pid = main_pid_of("ice");
    ::kill(pid, SIGSTOP);
    const auto frozen = std::chrono::steady_clock::now();
    EXPECT_TRUE(eventually([] { return readiness_of("ice") == "not-ready"; }));
    // mcpctl itself takes a moment on a busy machine.
    EXPECT_LT(std::chrono::steady_clock::now() - frozen, threshold * interval + 1s);
    const Json status = status_of("ice");
    EXPECT_EQ(status["liveness"], "alive");
    EXPECT_EQ(status["alert"], true);
    EXPECT_EQ(status["state"], "running");
    EXPECT_THAT(status["healthReason"], HasSubstr("did not answer"));
    EXPECT_EQ(mcpctl({"health", "ice"}).status, 7);
    EXPECT_TRUE(eventually([&] { return entries(alert_raised, id) == 1; }));
    EXPECT_TRUE(eventually([] { return health_of("ice")["consecutiveFailures"] > 2 * threshold; }));
    ::kill(pid, SIGCONT);
    EXPECT_TRUE(eventually([] { return readiness_of("ice") == "ready"; }));
    EXPECT_TRUE(eventually([&] { return entries(alert_cleared, id) == 1; }));
    EXPECT_EQ(status_of("ice")["alert"], false);
    EXPECT_EQ(mcpctl({"health", "ice"}).status, 0);
    EXPECT_EQ(entries(alert_raised, id), 1U);
    EXPECT_EQ(main_pid_of("ice"), pid);
    const Json history = mcpctl_json({"health", "ice", "--history", "10"});
    EXPECT_EQ(history[0]["alert"], false);
    EXPECT_THAT(history.dump(), HasSubstr("did not answer"));
}

// M05
TEST_F(HealthOfInstances, AlertsByTime) {
    Json profile = settings({{"unhealthyAfter", 2}});
    profile["health"]["failureThreshold"] = 1000;
    define_test_server("unwell", {}, profile);
    const std::string id = start("unwell")["id"];
    ::kill(main_pid_of("unwell"), SIGSTOP);
    EXPECT_TRUE(eventually([] { return status_of("unwell")["alert"] == true; }));
    EXPECT_THAT(status_of("unwell")["healthReason"], HasSubstr("not well for 2s"));
    EXPECT_TRUE(eventually([&] { return entries(alert_raised, id) == 1; }));
}

// M05, B02
TEST_F(HealthOfInstances, RestartsAnUnhealthyServerUnderItsRestartPolicy) {
    Json profile = settings({{"onUnhealthy", "restart"}});
    profile["restart"] = {{"initialDelay", 0.1}};
    define_test_server("phoenix", {}, profile);
    const std::string id = start("phoenix")["id"];
    const int pid = main_pid_of("phoenix");
    ::kill(pid, SIGSTOP);
    EXPECT_TRUE(eventually([&] { return main_pid_of("phoenix") != pid; }));
    EXPECT_TRUE(eventually([] {
        const Json status = status_of("phoenix");
        return status["state"] == "running" && status["readiness"] == "ready" && status["restarts"] == 1;
    }));
    EXPECT_TRUE(eventually([&] { return entries(alert_cleared, id) == 1; }));
    EXPECT_EQ(entries(alert_raised, id), 1U);
}

TEST_F(HealthOfInstances, KeepsAnAlertOverARestartOfTheAgent) {
    define_test_server("ice", {}, settings());
    const std::string id = start("ice")["id"];
    const int pid = main_pid_of("ice");
    ::kill(pid, SIGSTOP);
    ASSERT_TRUE(eventually([&] { return entries(alert_raised, id) == 1; }));
    kill_agent();
    EXPECT_EQ(status_of("ice")["alert"], true);
    ASSERT_TRUE(eventually([] { return health_of("ice")["consecutiveFailures"] > threshold; }));
    ::kill(pid, SIGCONT);
    EXPECT_TRUE(eventually([&] { return entries(alert_cleared, id) == 1; }));
    EXPECT_EQ(entries(alert_raised, id), 1U);
}

// A standby that did not answer would answer into a client's session.
TEST_F(HealthOfInstances, ReplacesAStandbyThatDoesNotAnswer) {
    define_any("pipe", "stdio", {"mcp-test-server", "stdio"});
    start("pipe");
    const int pid = main_pid_of("pipe");
    ::kill(pid, SIGSTOP);
    EXPECT_TRUE(eventually([&] {
        const int now = main_pid_of("pipe");
        return now != 0 && now != pid && readiness_of("pipe") == "ready";
    }));
}

// B08: never 0 where something runs.
TEST_F(HealthOfInstances, ComesWithWhatTheInstanceUses) {
    define_test_server("busy");
    start("busy");
    const Json health = status_of("busy")["health"];
    EXPECT_GT(health["memoryBytes"], 100'000);
    EXPECT_GT(health["cpuMicroseconds"], 0);
    EXPECT_GE(health["tasks"], 1);
    EXPECT_GT(health["uptimeMicroseconds"], 0);
    const std::string shown = mcpctl({"status", "busy"}).out;
    for (const char* label : {"Health: ready", "Memory: ", "CPU: ", "Tasks: "}) {
        EXPECT_THAT(shown, HasSubstr(label));
    }
    EXPECT_THAT(mcpctl({"list"}).out, HasSubstr("HEALTH"));
}

}  // namespace
}  // namespace mcpctl::test
