// M10: metrics as Prometheus reads them.
#include <format>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "tests/system/support/http_client.hpp"

namespace mcpctl::test {
namespace {

struct Metrics {
    std::map<std::string, std::string> types;
    std::map<std::string, std::string> helps;
    std::map<std::string, double> samples;  // by name and labels as they are written
};

// The text format 0.0.4, strictly; what `promtool check metrics` looks for as well.
Metrics metrics_in(const std::string& text) {
    static const std::regex comment(R"(# (HELP|TYPE) ([a-z_]+) (.+))");
    static const std::regex sample(
        R"(([a-z_]+)(\{[a-z_]+="([^"\\\n]|\\["\\n])*"(,[a-z_]+="([^"\\\n]|\\["\\n])*")*\})? (\S+))");
    Metrics metrics;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        std::smatch parts;
        if (std::regex_match(line, parts, comment)) {
            auto& known = parts[1] == "HELP" ? metrics.helps : metrics.types;
            EXPECT_TRUE(known.emplace(parts[2], parts[3]).second) << "twice: " << line;
        } else if (std::regex_match(line, parts, sample)) {
            const std::string key = parts[1].str() + parts[2].str();
            EXPECT_TRUE(metrics.samples.emplace(key, std::stod(parts[6])).second) << "twice: " << line;
        } else {
            ADD_FAILURE() << "not understood: " << line;
        }
    }
    return metrics;
}

void expect_conventional(const Metrics& metrics) {
    for (const auto& [name, type] : metrics.types) {
        EXPECT_TRUE(metrics.helps.contains(name)) << name;
        EXPECT_TRUE(name.starts_with("mcpctl_")) << name;
        EXPECT_EQ(type == "counter", name.ends_with("_total")) << name;
        if (type == "histogram") {
            EXPECT_TRUE(name.ends_with("_seconds")) << name;
        }
        for (const char* unit : {"_milliseconds", "_microseconds", "_ms", "_kilobytes"}) {
            EXPECT_FALSE(name.contains(unit)) << name;
        }
    }
}

class HttpMetrics : public HttpTest {
  protected:
    [[nodiscard]] Metrics metrics() const {
        const Answer answer = ask("GET", "/metrics");
        EXPECT_EQ(answer.status, 200) << answer.body;
        EXPECT_EQ(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
        return metrics_in(answer.body);
    }
    static double value(const Metrics& metrics, const std::string& name, const std::string& label) {
        for (const auto& [key, value] : metrics.samples) {
            if (key.starts_with(name + "{") && key.contains(label)) {
                return value;
            }
        }
        ADD_FAILURE() << "no " << name << " with " << label;
        return -1;
    }
};

TEST_F(HttpMetrics, TellOfEachInstance) {
    define_test_server("web");
    (void)metrics();  // from here on jobs are counted
    ASSERT_EQ(start(R"({"profileName":"web"})").status, 201);
    ASSERT_EQ(ask("GET", "/nothing").status, 404);
    ASSERT_TRUE(eventually([&] { return ask("GET", "/metrics").body.contains("mcpctl_jobs_ended_total"); }));
    const Metrics all = metrics();
    expect_conventional(all);
    const std::string web = "instance_name=\"web\"";
    EXPECT_EQ(value(all, "mcpctl_instance_ready", web), 1);
    EXPECT_EQ(value(all, "mcpctl_instance_alive", web), 1);
    EXPECT_EQ(value(all, "mcpctl_instance_alert", web), 0);
    EXPECT_EQ(value(all, "mcpctl_instance_consecutive_failures", web), 0);
    EXPECT_EQ(value(all, "mcpctl_instance_failure_threshold", web), 3);
    EXPECT_EQ(value(all, "mcpctl_instance_state", "state=\"running\""), 1);
    EXPECT_EQ(value(all, "mcpctl_instance_state", "state=\"failed\""), 0);
    EXPECT_GT(value(all, "mcpctl_instance_memory_bytes", web), 100'000);
    EXPECT_GT(value(all, "mcpctl_instance_cpu_seconds_total", web), 0);
    EXPECT_GE(value(all, "mcpctl_instance_tasks", web), 1);
    EXPECT_EQ(value(all, "mcpctl_jobs_ended_total", "kind=\"start\""), 1);
    EXPECT_EQ(value(all, "mcpctl_job_duration_seconds_count", "kind=\"start\""), 1);
    EXPECT_EQ(value(all, "mcpctl_http_requests_total", "route=\"none\",status=\"404\""), 1);
    EXPECT_EQ(value(all, "mcpctl_http_requests_total", "route=\"api/instances\",status=\"201\""), 1);
    EXPECT_EQ(ask("DELETE", "/api/instances/web").status, 200);
    EXPECT_FALSE(ask("GET", "/metrics").body.contains("instance_name"));
}

TEST_F(HttpMetrics, TellWhenAServerDoesNotAnswer) {
    define_test_server("web", {}, {{"health", {{"interval", "1s"}, {"timeout", "1s"}, {"failureThreshold", 2}}}});
    ASSERT_EQ(start(R"({"profileName":"web"})").status, 201);
    output_of({"systemctl", "kill", "--signal=STOP", unit_of("web")});
    ASSERT_TRUE(eventually([&] {
        return ask("GET", "/metrics").body.contains("mcpctl_instance_alert{instance_id") &&
               value(metrics(), "mcpctl_instance_alert", "web") == 1;
    }));
    const Metrics all = metrics();
    EXPECT_EQ(value(all, "mcpctl_instance_ready", "web"), 0);
    EXPECT_EQ(value(all, "mcpctl_instance_alive", "web"), 1);
    EXPECT_GE(value(all, "mcpctl_instance_consecutive_failures", "web"), 2);
    EXPECT_EQ(ask("GET", "/api/instances/web/health/ready").status, 503);
    EXPECT_EQ(ask("GET", "/api/instances/web/health/live").status, 200);
    EXPECT_EQ(ask("DELETE", "/api/instances/web?drainTimeout=0").status, 200);
}

TEST_F(HttpMetrics, TellWhyAnInstanceWasRestarted) {
    define_test_server("web", {}, {{"restart", {{"initialDelay", "100ms"}}}});
    ASSERT_EQ(start(R"({"profileName":"web"})").status, 201);
    EXPECT_FALSE(ask("GET", "/metrics").body.contains("mcpctl_instance_restarts_total"));
    output_of({"systemctl", "kill", "--signal=KILL", unit_of("web")});
    ASSERT_TRUE(eventually([&] { return ask("GET", "/metrics").body.contains("mcpctl_instance_restarts_total{"); }));
    const Metrics all = metrics();
    expect_conventional(all);
    EXPECT_EQ(value(all, "mcpctl_instance_restarts_total", "reason=\"signal\""), 1);
    EXPECT_EQ(value(all, "mcpctl_instance_consecutive_restarts", "web"), 1);
    EXPECT_EQ(ask("DELETE", "/api/instances/web").status, 200);
}

TEST_F(HttpMetrics, CountWhatAnInstanceWrites) {
    constexpr int lines = 2'000;
    define_test_server("writer", {"--log-count", std::to_string(lines), "--log-stream", "stdout"});
    define_test_server("quiet");
    ASSERT_EQ(start(R"({"profileName":"quiet"})").status, 201);
    (void)metrics();  // from here on lines are counted
    ASSERT_EQ(start(R"({"profileName":"writer"})").status, 201);
    ASSERT_TRUE(eventually([&] { return value(metrics(), "mcpctl_instance_log_entries_total", "writer") >= lines; }));
    const Metrics all = metrics();
    expect_conventional(all);
    EXPECT_EQ(value(all, "mcpctl_instance_log_entries_suppressed_total", "writer"), 0);
    EXPECT_LT(value(all, "mcpctl_instance_log_entries_total", "quiet"), 100);
    EXPECT_EQ(ask("DELETE", "/api/instances/writer").status, 200);
    EXPECT_EQ(ask("DELETE", "/api/instances/quiet").status, 200);
}

TEST_F(HttpMetrics, OfATokenForSomeProfilesHaveThoseAlone) {
    define_test_server("web");
    define_test_server("hidden");
    ASSERT_EQ(start(R"({"profileName":"web"})").status, 201);
    ASSERT_EQ(start(R"({"profileName":"hidden"})").status, 201);
    const std::string some = token("some", {"--scope", "view", "--profiles", "web"});
    const std::string text = ask_with(some, "GET", "/metrics").body;
    EXPECT_THAT(text, ::testing::HasSubstr("instance_name=\"web\""));
    EXPECT_THAT(text, ::testing::Not(::testing::HasSubstr("hidden")));
    EXPECT_THAT(text, ::testing::Not(::testing::HasSubstr("mcpctl_http")));
    EXPECT_EQ(ask("DELETE", "/api/instances/web").status, 200);
    EXPECT_EQ(ask("DELETE", "/api/instances/hidden").status, 200);
}

TEST_F(HttpMetrics, AreNotMadeByClients) {
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(ask("GET", std::format("/api/servers/nothing-{}", i)).status, 404);
        EXPECT_EQ(ask(std::format("M{}", i), "/livez").status, 405);
    }
    const std::string text = ask("GET", "/metrics").body;
    EXPECT_THAT(text, ::testing::Not(::testing::HasSubstr("nothing-")));
    EXPECT_THAT(text, ::testing::Not(::testing::HasSubstr("M1")));
}

}  // namespace
}  // namespace mcpctl::test
