#include "agent/json/records.hpp"

#include <gtest/gtest.h>

#include <string>

namespace mcpctl {
namespace {

using namespace std::chrono_literals;

Instance some_instance() {
    Instance instance;
    instance.id = InstanceId::generate();
    instance.name = "everything";
    instance.config.server.name = "everything";
    instance.config.server.command = {"node"};
    instance.config.profile.name = "work";
    instance.config.profile.server = "everything";
    instance.desired = Desired::stopped;
    instance.state = InstanceState::backoff;
    instance.generation = 3;
    instance.runtime_id = "0123456789abcdef0123456789abcdef";
    instance.port = 26270;
    instance.reason = {ReasonCode::exit_code, "exited with code 3"};
    instance.failure_log = {"one", "two\ttabbed"};
    instance.restarts = 7;
    instance.created_at = 1'700'000'000'000'001;
    instance.started_at = UINT64_MAX;
    return instance;
}

Job some_job() {
    Job job;
    job.id = 42;
    job.kind = JobKind::restart;
    job.instance = InstanceId::generate();
    job.state = JobState::failed;
    job.progress = "starting";
    job.error = Error{ErrorCode::StartFailed, "exited with code 3", "run.command", "look at the log"};
    job.last_lines = {"boom"};
    job.drain_timeout = 30s;
    job.old_generation = 2;
    job.created_at = 5;
    job.finished_at = 6;
    return job;
}

TEST(RecordJson, ReadsBackWhatItWrites) {
    const Instance instance = some_instance();
    EXPECT_EQ(parse_instance(to_json(instance)), instance);
    const Job job = some_job();
    EXPECT_EQ(parse_job(to_json(job)), job);
    EXPECT_EQ(parse_error(to_json(*job.error)), *job.error);
}

TEST(RecordJson, ReadsBackAJobWithoutAnError) {
    Job job = some_job();
    job.error.reset();
    EXPECT_EQ(parse_job(to_json(job)), job);
}

// Log lines come from workloads and may hold anything.
TEST(RecordJson, ReplacesBytesThatAreNotUtf8) {
    Instance instance = some_instance();
    instance.failure_log = {
        "a\xff"
        "b"};
    const auto read = parse_instance(to_json(instance));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->failure_log.front(), "a\uFFFDb");
}

TEST(RecordJson, RefusesWhatIsNoRecord) {
    EXPECT_FALSE(parse_instance("{}"));
    EXPECT_FALSE(parse_instance(""));
    EXPECT_EQ(parse_instance(R"({"id": "x", "name": "a", "config": {}})").error().field, "id");
    EXPECT_EQ(parse_job(R"({"id": 1, "kind": "dance"})").error().field, "kind");
    EXPECT_EQ(parse_error(R"({"code": 1})").error().field, "code");
}

// A rule that became stricter must not hide a workload that runs.
TEST(RecordJson, KeepsAnInstanceWhoseDefinitionIsNoLongerValid) {
    Instance instance = some_instance();
    instance.config.server.port = 80;
    EXPECT_EQ(parse_instance(to_json(instance)), instance);
}

}  // namespace
}  // namespace mcpctl
