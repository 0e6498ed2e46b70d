// M01-M04, M06, M11, D05, B09 over real HTTP.
#include <format>

#include "tests/system/support/containers.hpp"
#include "tests/system/support/http_client.hpp"

namespace mcpctl::test {
namespace {

class Http : public HttpTest {};

TEST_F(Http, StartsShowsRestartsAndStopsAnInstance) {
    define_test_server("web");
    const Answer started = start(R"({"profileName":"web"})");
    ASSERT_EQ(started.status, 201) << started.body;
    const Json instance = started.json();
    EXPECT_EQ(instance["state"], "running");
    EXPECT_EQ(instance["status"], "running");
    EXPECT_EQ(instance["config"]["profile"], "web");
    EXPECT_FALSE(instance["runtimeId"].is_null());
    EXPECT_EQ(started.header("location"), "/api/instances/" + instance["id"].get<std::string>());
    EXPECT_EQ(output_of({"systemctl", "is-active", instance["unit"]}), "active");
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

class HttpOfContainers : public HttpTest, public ::testing::WithParamInterface<std::string> {};

INSTANTIATE_TEST_SUITE_P(Engines, HttpOfContainers, engines, name_of_engine);

TEST_P(HttpOfContainers, StartsShowsRestartsAndStopsAnInstance) {
    make_test_image(GetParam());
    add_server(server_in_container("boxed", {"--log-count", "100", "--log-stream", "stdout"}));
    add_profile(profile_in_container("boxed", GetParam()));
    const Answer started = start(R"({"profileName":"boxed"})");
    ASSERT_EQ(started.status, 201) << started.body;
    EXPECT_EQ(started.json()["runtime"], "docker");
    EXPECT_EQ(started.json()["config"]["engine"], GetParam());
    EXPECT_FALSE(started.json()["runtimeId"].is_null());
    EXPECT_EQ(ask("GET", "/api/instances/boxed/health").json()["status"], "healthy");
    EXPECT_EQ(ask("GET", "/api/instances/boxed/health/ready").status, 200);
    Process follower = stream("/api/instances/boxed/logs/stream?since=@0");
    wait_for_streams(1);
    const Answer restarted = ask("POST", "/api/instances/boxed/restart?drainTimeout=5");
    ASSERT_EQ(restarted.status, 200) << restarted.body;
    EXPECT_NE(restarted.json()["runtimeId"], started.json()["runtimeId"]);
    EXPECT_EQ(containers_in(GetParam()).size(), 1U);
    const Answer stopped = ask("DELETE", "/api/instances/boxed");
    ASSERT_EQ(stopped.status, 200) << stopped.body;
    EXPECT_TRUE(containers_in(GetParam()).empty());
    const auto told = events_in(follower.wait().out);
    ASSERT_FALSE(told.empty());
    EXPECT_EQ(told.back().name, "end");
    EXPECT_GE(data_of(told).size(), 100U);
    EXPECT_EQ(ask("GET", "/api/instances/boxed").status, 404);
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
