// M01-M04, M06, M11, D05, B09 over real HTTP, each with what it refuses.
#include <format>

#include "tests/system/support/machine_test.hpp"

namespace mcpctl::test {
namespace {

constexpr const char* address = "http://127.0.0.1:6270";

struct Answer {
    int status = 0;
    std::string body;

    [[nodiscard]] Json json() const { return Json::parse(body, nullptr, false); }
};

Answer curl(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"curl", "--silent", "--path-as-is", "--write-out", "\n%{http_code}"});
    const Output output = run(arguments);
    const std::size_t end = output.out.rfind('\n');
    if (end == std::string::npos) {
        return {.body = output.err};
    }
    return {.status = std::stoi(output.out.substr(end + 1)), .body = output.out.substr(0, end)};
}

class Http : public MachineTest {
  protected:
    void SetUp() override {
        MachineTest::SetUp();
        output_of({"systemctl", "start", "mcpctl-http-bridge.socket"});
        token_ = token("all", {"--scope", "view,control,logs"});
    }
    void TearDown() override {
        for (const Json& token : mcpctl_json({"token", "list"})) {
            mcpctl({"token", "revoke", token["name"], "--yes"});
        }
        run({"systemctl", "stop", "mcpctl-http-bridge.socket", "mcpctl-http-bridge.service"});
        MachineTest::TearDown();
    }

    static std::string token(const std::string& name, std::vector<std::string> more) {
        more.insert(more.begin(), {"token", "create", "--name", name, "--quiet"});
        const Output made = mcpctl(more);
        EXPECT_EQ(made.status, 0) << made.err;
        return made.out.substr(0, made.out.find('\n'));
    }
    static Answer ask_with(const std::string& token, const std::string& method, const std::string& path,
                           std::vector<std::string> more = {}) {
        more.insert(more.begin(), {"--request", method, "--header", "Authorization: Bearer " + token});
        more.push_back(address + path);
        return curl(more);
    }
    [[nodiscard]] Answer ask(const std::string& method, const std::string& path,
                             std::vector<std::string> more = {}) const {
        return ask_with(token_, method, path, std::move(more));
    }
    [[nodiscard]] Answer start(const std::string& body, const std::string& type = "application/json",
                               std::vector<std::string> more = {}) const {
        more.insert(more.end(), {"--header", "Content-Type: " + type, "--data-binary", body});
        return ask("POST", "/api/instances", std::move(more));
    }

    std::string token_;
};

TEST_F(Http, StartsShowsRestartsAndStopsAnInstance) {
    define_test_server("web");
    const Answer started = start(R"({"profileName":"web"})");
    ASSERT_EQ(started.status, 201) << started.body;
    const Json instance = started.json();
    EXPECT_EQ(instance["state"], "running");
    const std::string path = "/api/instances/" + instance["id"].get<std::string>();
    EXPECT_EQ(ask("GET", path).json()["name"], "web");
    EXPECT_EQ(ask("GET", "/api/instances?profile=web").json()["instances"].size(), 1U);
    EXPECT_EQ(ask("GET", "/api/instances/web/health").json()["status"], "healthy");
    EXPECT_EQ(ask("GET", path + "/health/live").status, 200);
    EXPECT_EQ(ask("GET", path + "/health/ready").status, 200);

    const Answer restarted = ask("POST", path + "/restart?drainTimeout=5");
    ASSERT_EQ(restarted.status, 200) << restarted.body;
    EXPECT_NE(restarted.json()["runtimeId"], instance["runtimeId"]);

    const Answer stopped = ask("DELETE", path);
    ASSERT_EQ(stopped.status, 200) << stopped.body;
    EXPECT_EQ(stopped.json()["state"], "done");
    EXPECT_EQ(ask("GET", path).status, 404);
    EXPECT_EQ(ask("GET", path + "/logs").status, 200);
}

TEST_F(Http, GivesAJobToWhoDoesNotWait) {
    define_test_server("web");
    const Answer begun = start(R"({"profileName":"web"})", "application/json", {"--header", "Prefer: respond-async"});
    ASSERT_EQ(begun.status, 202) << begun.body;
    const std::string job = std::format("/api/jobs/{}", begun.json()["id"].get<int>());
    EXPECT_EQ(ask("GET", job).json()["kind"], "start");
    EXPECT_EQ(ask("DELETE", "/api/instances/web").status, 200);
}

TEST_F(Http, ReadsALogPageByPage) {
    define_test_server("web");
    ASSERT_EQ(start(R"({"profileName":"web"})").status, 201);
    const Answer first = ask("GET", "/api/instances/web/logs?since=-1h&limit=1");
    ASSERT_EQ(first.status, 200) << first.body;
    ASSERT_TRUE(first.json()["lines"].is_array()) << first.body;
    EXPECT_EQ(ask("GET", "/api/instances/web/logs?tail=x").json()["field"], "tail");
    EXPECT_EQ(ask("GET", "/api/instances/web/logs?colour=red").json()["field"], "colour");
    EXPECT_EQ(ask("DELETE", "/api/instances/web").status, 200);
}

TEST_F(Http, RefusesWhatIsMalformed) {
    EXPECT_EQ(start("{").status, 400);
    EXPECT_EQ(start(R"({"profileName":1})").json()["field"], "profileName");
    EXPECT_EQ(start(R"({"profileName":"a","colour":1})").json()["field"], "colour");
    EXPECT_EQ(start(R"({"profileName":"a"})", "text/plain").status, 400);
    EXPECT_EQ(start(R"({"profileName":"nothing"})").status, 404);
    EXPECT_EQ(start(std::string(100'000, ' ')).status, 413);
    EXPECT_EQ(ask("GET", "/api/instances/..").status, 400);
    EXPECT_EQ(ask("GET", "/api/instances/%2e%2e/x").status, 400);
    EXPECT_EQ(ask("GET", "/api/instances/a%2fb").status, 400);
    EXPECT_EQ(ask("GET", "/api/instances/a%00").status, 400);
    EXPECT_EQ(ask("GET", "/api/instances/nothing").status, 404);
    EXPECT_EQ(ask("GET", "/api/instances/00000000-0000-4000-8000-000000000000").status, 404);
    EXPECT_EQ(ask("GET", "/api/jobs/x").status, 404);
    EXPECT_EQ(ask("GET", "/nothing").status, 404);
    EXPECT_EQ(ask("PUT", "/api/instances").status, 405);
    EXPECT_EQ(ask("GET", "/api/profiles", {"--header", "X-Long: " + std::string(20'000, 'x')}).status, 431);
    EXPECT_EQ(ask("GET", "/api/profiles", {"--header", "Host: evil.example"}).status, 421);
    EXPECT_EQ(ask("GET", "/api/profiles", {"--header", "Origin: https://evil.example"}).status, 403);
    EXPECT_EQ(ask("POST", "/api/instances", {"--header", "Transfer-Encoding: chunked", "--data", "{}"}).status, 411);
    EXPECT_EQ(ask("POST", "/api/instances", {"--header", "Content-Encoding: gzip", "--data", "{}"}).status, 415);
    EXPECT_THAT(ask("GET", "/api/instances/nothing").json()["code"], "NotFound");
}

TEST_F(Http, WantsATokenThatCounts) {
    EXPECT_EQ(curl({std::string(address) + "/livez"}).status, 200);
    for (const char* path : {"/readyz", "/api/instances", "/api/jobs/1", "/nothing"}) {
        EXPECT_EQ(curl({std::string(address) + path}).status, 401) << path;
        EXPECT_EQ(ask_with("wrong", "GET", path).status, 401) << path;
    }
    EXPECT_EQ(ask("GET", "/readyz").status, 200);
    EXPECT_EQ(mcpctl({"token", "revoke", "all", "--yes"}).status, 0);
    EXPECT_EQ(ask("GET", "/readyz").status, 401);
}

TEST_F(Http, KeepsATokenToItsScopesAndProfiles) {
    define_test_server("web");
    define_test_server("hidden");
    ASSERT_EQ(start(R"({"profileName":"web"})").status, 201);
    ASSERT_EQ(start(R"({"profileName":"hidden"})").status, 201);
    const std::string some = token("some", {"--scope", "view,logs", "--profiles", "web"});
    EXPECT_EQ(ask_with(some, "GET", "/api/instances").json()["instances"].size(), 1U);
    EXPECT_EQ(ask_with(some, "GET", "/api/profiles").json()["profiles"].size(), 1U);
    EXPECT_EQ(ask_with(some, "GET", "/api/servers").json()["servers"].size(), 1U);
    for (const char* path : {"", "/health", "/health/live", "/health/ready", "/logs"}) {
        EXPECT_EQ(ask_with(some, "GET", std::string("/api/instances/web") + path).status, 200) << path;
        EXPECT_EQ(ask_with(some, "GET", std::string("/api/instances/hidden") + path).status, 404) << path;
    }
    EXPECT_EQ(ask_with(some, "DELETE", "/api/instances/web").status, 403);
    EXPECT_EQ(ask_with(token("view", {"--scope", "view"}), "GET", "/api/instances/web/logs").status, 403);
    EXPECT_EQ(ask("DELETE", "/api/instances/web").status, 200);
    EXPECT_EQ(ask("DELETE", "/api/instances/hidden").status, 200);
}

TEST_F(Http, TellsWhyAStartFailed) {
    define("broken", {"/bin/false"});
    const Answer failed = start(R"({"profileName":"broken"})");
    EXPECT_EQ(failed.status, 502);
    EXPECT_EQ(failed.json()["code"], "StartFailed");
    EXPECT_EQ(ask("GET", "/api/instances").json()["instances"].size(), 0U);
}

TEST_F(Http, GoesOnWithTheNextAgent) {
    EXPECT_EQ(ask("GET", "/readyz").status, 200);
    output_of({"systemctl", "restart", "mcpctl-agent.service"});
    EXPECT_EQ(ask("GET", "/api/instances").status, 200);
}

}  // namespace
}  // namespace mcpctl::test
