#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "ctl/output/json.hpp"

namespace mcpctl::ctl {
namespace {

using nlohmann::json;

// M15: the keys of -o json are an interface.
TEST(InstanceJson, HasStableKeysAndRfc3339Times) {
    InstanceInfo instance;
    instance.id = "3f2a0000-0000-4000-8000-000000000001";
    instance.name = "everything";
    instance.profile = "everything";
    instance.server = "everything";
    instance.runtime = "systemd";
    instance.transport = "streamable-http";
    instance.state = "running";
    instance.desired = "running";
    instance.generation = 2;
    instance.port = 26270;
    instance.endpoint = "http://127.0.0.1:26270/mcp";
    instance.created_at = 1'795'400'689'000'042;
    EXPECT_EQ(json(to_json(instance)), json::parse(R"({
        "id": "3f2a0000-0000-4000-8000-000000000001", "name": "everything", "profile": "everything",
        "server": "everything", "runtime": "systemd", "runtimeId": null, "engine": null, "imageId": null, "unreachableSince": null, "transport": "streamable-http",
        "state": "running", "desired": "running", "generation": 2, "unit": null, "port": 26270,
        "endpoint": "http://127.0.0.1:26270/mcp", "reasonCode": null, "reason": null, "restarts": 0,
        "readiness": null, "liveness": null, "alert": false, "healthReason": null, "healthChangedAt": null,
        "sessions": null, "standbys": null,
        "createdAt": "2026-11-23T02:24:49.000042Z", "startedAt": null})"));
}

TEST(JobJson, TakesTheErrorApart) {
    JobInfo job;
    job.id = 7;
    job.kind = "start";
    job.state = "failed";
    job.error = "StartFailed";
    job.message = "exited with code 3\nHint: look at its log";
    EXPECT_EQ(json(to_json(job))["error"],
              json::parse(R"({"code": "StartFailed", "reason": "exited with code 3", "field": null,
                              "hint": "look at its log"})"));
}

TEST(JsonText, IsSafeOnATerminal) {
    EXPECT_EQ(json_text({{"a", "\x1b\xc2\x9b"}}), "{\n  \"a\": \"\\u001b\\u009b\"\n}\n");
}

TEST(ReadableDefinition, FlattensAndQuotes) {
    const auto definition = nlohmann::ordered_json::parse(
        R"({"name": "x", "run": {"command": ["node", "a b", "it's"]}, "autostart": false, "port": null})");
    EXPECT_EQ(readable(definition),
              "         name: x\n"
              "  run.command: node 'a b' 'it'\\''s'\n"
              "    autostart: no\n");
}

}  // namespace
}  // namespace mcpctl::ctl
