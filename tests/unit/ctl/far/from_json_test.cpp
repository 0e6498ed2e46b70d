#include "ctl/far/from_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "ctl/far/decoded.hpp"
#include "ctl/output/json.hpp"
#include "ctl/output/time_text.hpp"

namespace mcpctl::ctl::far {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;

InstanceInfo an_instance() {
    InstanceInfo instance;
    instance.id = "3f2a0000-0000-4000-8000-000000000001";
    instance.path = "/org/mcpctl/Agent1/instance/3f2a0000000040008000000000000001";
    instance.name = "everything";
    instance.profile = "profile";
    instance.server = "server";
    instance.runtime = "docker";
    instance.runtime_id = "c0ffee";
    instance.engine = "podman";
    instance.image_id = "sha256:1";
    instance.transport = "stdio";
    instance.state = "running";
    instance.desired = "running";
    instance.generation = 3;
    instance.unit = "mcpctl-1.service";
    instance.port = 26270;
    instance.endpoint = "http://127.0.0.1:26270/mcp";
    instance.reason_code = "exit-code";
    instance.reason = "exited with 1";
    instance.restarts = 2;
    instance.readiness = "ready";
    instance.liveness = "alive";
    instance.alert = true;
    instance.health_reason = "slow";
    instance.health_changed_at = 1'795'400'689'000'042;
    instance.sessions = 4;
    instance.standbys = 1;
    instance.created_at = 1'795'400'689'000'000;
    instance.started_at = 1'795'400'690'123'456;
    instance.unreachable_since = 1'795'400'691'000'001;
    return instance;
}

TEST(JsonOfTheBridge, GivesTheInstanceThatItWasMadeOf) {
    const json sent = to_json(an_instance());
    const InstanceInfo received = instance_from(sent);
    EXPECT_EQ(json(to_json(received)), sent);
    EXPECT_EQ(received.path, an_instance().path);
}

TEST(JsonOfTheBridge, GivesTheInstanceAlsoWhereMostOfItIsNull) {
    InstanceInfo instance;
    instance.id = "3f2a0000-0000-4000-8000-000000000001";
    const json sent = to_json(instance);
    EXPECT_EQ(json(to_json(instance_from(sent))), sent);
}

TEST(JsonOfTheBridge, GivesTheJobWithItsError) {
    JobInfo job;
    job.id = 7;
    job.kind = "start";
    job.instance_id = "3f2a0000-0000-4000-8000-000000000001";
    job.state = "failed";
    job.progress = "waiting";
    job.error = "StartFailed";
    job.message = "it exited\nField: command\nHint: look at its log";
    job.created_at = 1'795'400'689'000'042;
    job.finished_at = 1'795'400'689'500'000;
    const JobInfo received = job_from(to_json(job));
    EXPECT_EQ(received.path, "/org/mcpctl/Agent1/job/7");
    EXPECT_EQ(received.message, job.message);
    EXPECT_EQ(json(to_json(received)), json(to_json(job)));
}

TEST(JsonOfTheBridge, GivesHealthServersAndProfiles) {
    HealthInfo health;
    health.readiness = "ready";
    health.liveness = "alive";
    health.failure_threshold = 3;
    health.checks = 10;
    health.latency = 1234;
    health.last_checked = 1'795'400'689'000'042;
    health.memory = 1024;
    EXPECT_EQ(json(to_json(health_from(to_json(health)))), json(to_json(health)));
    const ServerInfo server{.name = "s", .description = "d", .transport = "stdio", .version = "1"};
    EXPECT_EQ(json(to_json(server_from(to_json(server)))), json(to_json(server)));
    const ProfileInfo profile{.name = "p", .server = "s", .runtime = "systemd", .autostart = true};
    EXPECT_EQ(json(to_json(profile_from(to_json(profile)))), json(to_json(profile)));
}

TEST(JsonOfTheBridge, MakesNoPathOfAnIdThatIsNone) {
    EXPECT_EQ(instance_from(json{{"id", "../../etc"}}).path, "");
}

TEST(JsonOfTheBridge, IsRefusedWhereItHasAnotherForm) {
    for (const char* body : {"", "<html>", "[]", R"({"servers":1})", R"({"servers":[{"name":1}]})"}) {
        const auto servers = decoded(body, [](const json& list) { return each_of(list, "servers", server_from); });
        ASSERT_FALSE(servers) << body;
        EXPECT_EQ(servers.error().code, ErrorCode::Internal);
    }
}

TEST(JsonOfTheBridge, KeepsTimesToTheMicrosecond) {
    EXPECT_EQ(microseconds_from(rfc3339(1'795'400'689'000'042)), 1'795'400'689'000'042U);
    EXPECT_EQ(microseconds_from("yesterday"), 0U);
    EXPECT_EQ(microseconds_from("1900-01-01T00:00:00.000000Z"), 0U);
}

TEST(PageOfALog, KeepsItsLinesByteForByte) {
    const auto page = page_from(
        "{\"lines\":[\n{\"message\":\"a \\\"]}{[ b\\\\\",\"n\":1.50},\n{\"message\":\"ü\"}],"
        "\"cursor\":\"c\",\"more\":true}\n");
    ASSERT_TRUE(page) << page.error().reason;
    EXPECT_THAT(page->lines, ElementsAre("{\"message\":\"a \\\"]}{[ b\\\\\",\"n\":1.50}", "{\"message\":\"ü\"}"));
    EXPECT_EQ(page->cursor, "c");
    EXPECT_TRUE(page->more);
}

TEST(PageOfALog, MayBeEmpty) {
    const auto page = page_from(R"({"lines":[],"cursor":"","more":false})");
    ASSERT_TRUE(page);
    EXPECT_TRUE(page->lines.empty());
    EXPECT_FALSE(page_from("{}"));
    EXPECT_FALSE(page_from("not JSON"));
}

TEST(LineOfALog, IsMadeHarmless) {
    EXPECT_EQ(log_line_from("{\"a\":\n1}"), "{\"a\": 1}");
    EXPECT_EQ(log_line_from("{\"a\":\"\xe2\x80\xae\"}"), "{\"a\":\"\\u202e\"}");
    EXPECT_EQ(log_line_from("[1]"), "");
    EXPECT_EQ(log_line_from("nonsense"), "");
}

}  // namespace
}  // namespace mcpctl::ctl::far
