// M10 with the real Prometheus: it takes our metrics, and our alerts fire.
#include <signal.h>

#include <filesystem>
#include <format>
#include <fstream>
#include <optional>

#include "tests/system/support/http_client.hpp"

namespace mcpctl::test {
namespace {

namespace fs = std::filesystem;
constexpr const char* rules = "/usr/share/mcpctl/prometheus/mcpctl.rules.yml";
constexpr const char* prometheus_address = "http://127.0.0.1:9090";

class HttpPrometheus : public HttpTest {
  protected:
    void SetUp() override {
        HttpTest::SetUp();
        fs::create_directories(directory);
        std::ofstream(directory / "token") << token("prometheus", {"--scope", "view"});
        std::ofstream(directory / "prometheus.yml") << std::format(
            "global:\n  scrape_interval: 1s\n  evaluation_interval: 1s\nrule_files: [{}]\nscrape_configs:\n"
            "  - job_name: mcpctl\n    authorization: {{ credentials_file: {}/token }}\n"
            "    static_configs: [{{ targets: [\"127.0.0.1:6270\"] }}]\n",
            rules, directory.string());
    }
    void TearDown() override {
        server_.reset();
        HttpTest::TearDown();
        fs::remove_all(directory);
    }
    void start_prometheus() {
        server_.emplace(std::vector<std::string>{
            "prometheus", "--config.file=" + (directory / "prometheus.yml").string(),
            "--storage.tsdb.path=" + (directory / "data").string(), "--web.listen-address=127.0.0.1:9090"});
        ASSERT_TRUE(eventually([] { return curl({std::string(prometheus_address) + "/-/ready"}).status == 200; }, 30s));
    }
    static Json query(const std::string& expression) {
        return curl({"--get", "--data-urlencode", "query=" + expression,
                     std::string(prometheus_address) + "/api/v1/query"})
            .json()["data"]["result"];
    }
    const fs::path directory = "/run/mcpctl-prometheus-test";

  private:
    std::optional<Process> server_;
};

TEST_F(HttpPrometheus, FindsNothingWrongWithWhatWeTell) {
    define_test_server("web");
    ASSERT_EQ(start(R"({"profileName":"web"})").status, 201);
    const Output checked = run({"promtool", "check", "metrics"}, ask("GET", "/metrics").body);
    EXPECT_EQ(checked.status, 0);
    EXPECT_EQ(checked.out + checked.err, "");
    EXPECT_EQ(run({"promtool", "check", "rules", rules}).status, 0);
    EXPECT_EQ(ask("DELETE", "/api/instances/web").status, 200);
}

TEST_F(HttpPrometheus, RaisesAnAlertOfAnInstanceThatDoesNotAnswer) {
    define_test_server("web", {}, {{"health", {{"interval", "1s"}, {"timeout", "1s"}, {"failureThreshold", 2}}}});
    ASSERT_EQ(start(R"({"profileName":"web"})").status, 201);
    start_prometheus();
    ASSERT_TRUE(eventually([] { return !query("mcpctl_instance_ready == 1").empty(); }, 30s));
    EXPECT_TRUE(query("ALERTS{alertstate=\"firing\"}").empty());
    output_of({"systemctl", "kill", "--signal=STOP", unit_of("web")});
    ASSERT_TRUE(eventually([] { return !query("ALERTS{alertstate=\"firing\"}").empty(); }, 30s));
    const Json alert = query("ALERTS{alertstate=\"firing\"}")[0]["metric"];
    EXPECT_EQ(alert["alertname"], "McpctlInstanceUnhealthy");
    EXPECT_EQ(alert["instance_name"], "web");
    output_of({"systemctl", "kill", "--signal=CONT", unit_of("web")});
    EXPECT_TRUE(eventually([] { return query("ALERTS{alertstate=\"firing\"}").empty(); }, 30s));
    EXPECT_EQ(ask("DELETE", "/api/instances/web").status, 200);
}

}  // namespace
}  // namespace mcpctl::test
