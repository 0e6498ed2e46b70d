// M01, M02, M03, M13, M14: the life of an instance, on a fake runtime.
#include "agent/core/lifecycle.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/fakes/core_under_test.hpp"

namespace mcpctl::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class ALifecycle : public testing::Test {
  protected:
    CoreUnderTest core;
    void SetUp() override { core.define("everything"); }
    const Instance& instance(const InstanceId& id) { return *core.registry.instance(id); }
};

TEST_F(ALifecycle, StartsAnInstanceNamedAfterItsProfile) {  // M01
    const auto started = core.start("everything");
    EXPECT_EQ(core.registry.job(started.job)->state, JobState::done);
    EXPECT_EQ(instance(started.instance).name, "everything");
    EXPECT_EQ(instance(started.instance).state, InstanceState::running);
    EXPECT_EQ(instance(started.instance).runtime_id, "invocation-1");
    EXPECT_EQ(core.store.instances.at(started.instance).state, InstanceState::running);
}

TEST_F(ALifecycle, NumbersTheNamesOfFurtherInstances) {
    core.start("everything");
    EXPECT_EQ(instance(core.start("everything").instance).name, "everything-2");
}

TEST_F(ALifecycle, GivesEveryInstanceItsOwnPort) {
    const auto first = core.start("everything");
    const auto second = core.start("everything");
    EXPECT_NE(instance(first.instance).port, instance(second.instance).port);
}

TEST_F(ALifecycle, RefusesAnUnknownProfile) {  // M01
    const auto refused = core.run(core.lifecycle.start({"nothing"}));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::NotFound);
    EXPECT_TRUE(core.registry.instances().empty());
}

TEST_F(ALifecycle, RefusesANameThatIsTakenEvenWhileTheFirstStartIsBeingWritten) {
    auto first = core.lifecycle.start({"everything", "one"});
    bool accepted = false;
    asio::co_spawn(core.loop, std::move(first), [&](const std::exception_ptr&, const auto& r) { accepted = bool(r); });
    const auto second = core.run(core.lifecycle.start({"everything", "one"}));
    EXPECT_TRUE(accepted);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::AlreadyExists);
}

TEST_F(ALifecycle, LeavesNothingWhenTheStoreRefusesAStart) {
    core.store.failure = Error{ErrorCode::StorageFailed, "disk full"};
    const auto refused = core.run(core.lifecycle.start({"everything"}));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::StorageFailed);
    EXPECT_TRUE(core.registry.instances().empty());
    EXPECT_TRUE(core.runtime.calls.empty());
}

TEST_F(ALifecycle, LeavesNeitherWorkloadNorRecordAfterAFailedStart) {  // M01
    core.runtime.behaviour.dies_at_launch = Reason{ReasonCode::exit_code, "exited with code 3"};
    const auto started = core.start("everything");
    const Job& job = *core.registry.job(started.job);
    EXPECT_EQ(job.state, JobState::failed);
    EXPECT_THAT(job.error->reason, HasSubstr("exited with code 3"));
    EXPECT_THAT(job.last_lines, ElementsAre("last line"));
    EXPECT_TRUE(core.registry.instances().empty());
    EXPECT_TRUE(core.runtime.workloads.empty());
    EXPECT_TRUE(core.store.instances.empty());
}

TEST_F(ALifecycle, TellsThatAnExecutableIsMissing) {
    core.runtime.behaviour.launch_error =
        launch_failure({ReasonCode::missing_executable, "no-such-server: no such file"});
    const auto started = core.start("everything");
    const Job& job = *core.registry.job(started.job);
    EXPECT_EQ(job.error->code, ErrorCode::StartFailed);
    EXPECT_EQ(job.error->reason, "no-such-server: no such file");
    EXPECT_EQ(job.error->field, "");
}

TEST_F(ALifecycle, DoesNotLaunchWhereSomebodyElseHoldsThePort) {
    core.runtime.behaviour.port_taken = true;
    const auto started = core.start("everything");
    EXPECT_THAT(core.registry.job(started.job)->error->reason, HasSubstr("held by another process"));
    EXPECT_THAT(core.runtime.calls, testing::Not(testing::Contains("launch 1")));
}

TEST_F(ALifecycle, GivesUpAServerThatNeverAccepts) {
    core.define("slow", [](ProfileDefinition& profile) { profile.start_timeout = std::chrono::milliseconds(30); });
    core.runtime.behaviour.accepts = false;
    const auto started = core.start("slow");
    EXPECT_THAT(core.registry.job(started.job)->error->reason, HasSubstr("nothing accepted on port"));
    EXPECT_TRUE(core.runtime.workloads.empty());
}

TEST_F(ALifecycle, RollsBackAStartThatIsCancelled) {
    core.runtime.behaviour.accepts = false;
    const auto accepted = core.run(core.lifecycle.start({"everything"}));
    ASSERT_TRUE(core.run(core.lifecycle.cancel(accepted->job)));
    EXPECT_EQ(core.wait_for_end(accepted->job).state, JobState::canceled);
    EXPECT_TRUE(core.registry.instances().empty());
    EXPECT_TRUE(core.runtime.workloads.empty());
}

TEST_F(ALifecycle, TakesSoManyStartsOfAUserAtATime) {
    core.runtime.behaviour.accepts = false;
    core.lifecycle.use_ports({26300, 26900});
    const Actor alice{.uid = 1000, .via = AuditVia::bus};
    std::vector<AcceptedStart> accepted;
    for (std::size_t i = 0; i < jobs_of_a_user.most; ++i) {
        accepted.push_back(*core.run(core.lifecycle.start({.profile = "everything", .actor = alice})));
    }
    const auto refused = core.run(core.lifecycle.start({.profile = "everything", .actor = alice}));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::LimitsExceeded);
    EXPECT_EQ(refused.error().reason, "user 1000 has 256 starts and restarts under way");
    EXPECT_EQ(core.registry.instances().size(), jobs_of_a_user.most);
    EXPECT_TRUE(core.run(core.lifecycle.start({.profile = "everything", .actor = {.uid = 1001}})));
    EXPECT_TRUE(core.run(core.lifecycle.start({.profile = "everything"}))) << "root";
    const auto stop = core.run(core.lifecycle.stop(accepted.front().instance, {.actor = alice}));
    ASSERT_TRUE(stop);
    core.wait_for_end(*stop);
    EXPECT_TRUE(core.run(core.lifecycle.start({.profile = "everything", .actor = alice})));
}

TEST_F(ALifecycle, StopsAndForgets) {  // M02
    const auto started = core.start("everything");
    const auto job = core.run(core.lifecycle.stop(started.instance, {}));
    ASSERT_TRUE(job);
    EXPECT_EQ(core.wait_for_end(*job).state, JobState::done);
    EXPECT_TRUE(core.registry.instances().empty());
    EXPECT_TRUE(core.runtime.workloads.empty());
    EXPECT_TRUE(core.store.instances.empty());
}

TEST_F(ALifecycle, KillsWhatIgnoresSigtermAtTheEndOfTheDrainTime) {  // M14
    core.runtime.behaviour.ignores_sigterm = true;
    const auto started = core.start("everything");
    const auto job = core.run(core.lifecycle.stop(started.instance, {std::chrono::milliseconds(20)}));
    EXPECT_THAT(core.wait_for_end(*job).progress, HasSubstr("killed after the drain time of 20ms"));
    EXPECT_THAT(core.runtime.calls, ElementsAre("launch 1", "stop 1", "kill 1", "forget 1"));
}

TEST_F(ALifecycle, RefusesADrainTimeAboveTheProfilesMaximum) {  // M14
    const auto started = core.start("everything");
    const auto refused = core.run(core.lifecycle.stop(started.instance, {std::chrono::hours(2)}));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().field, "drain-timeout");
    EXPECT_THAT(refused.error().reason, HasSubstr("maxDrainTimeout"));
}

TEST_F(ALifecycle, CancelsAStartByStopping) {
    core.runtime.behaviour.accepts = false;
    const auto accepted = core.run(core.lifecycle.start({"everything"}));
    const auto stop = core.run(core.lifecycle.stop(accepted->instance, {}));
    ASSERT_TRUE(stop);
    EXPECT_EQ(core.wait_for_end(*stop).state, JobState::done);
    EXPECT_EQ(core.registry.job(accepted->job)->state, JobState::canceled);
    EXPECT_TRUE(core.registry.instances().empty());
}

TEST_F(ALifecycle, RefusesASecondJobOnTheSameInstance) {
    const auto started = core.start("everything");
    core.runtime.behaviour.accepts = false;  // so that the first job is still under way
    const auto first = core.run(core.lifecycle.restart(started.instance, {}));
    ASSERT_TRUE(first);
    const auto second = core.run(core.lifecycle.restart(started.instance, {}));
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::Busy);
}

TEST_F(ALifecycle, RestartsByStoppingBeforeStarting) {  // M03
    const auto started = core.start("everything");
    const auto port = instance(started.instance).port;
    const auto job = core.run(core.lifecycle.restart(started.instance, {}));
    EXPECT_EQ(core.wait_for_end(*job).state, JobState::done);
    EXPECT_THAT(core.runtime.calls, ElementsAre("launch 1", "stop 1", "forget 1", "launch 2"));
    EXPECT_EQ(instance(started.instance).runtime_id, "invocation-2");
    EXPECT_EQ(instance(started.instance).port, port);
    EXPECT_EQ(instance(started.instance).generation, 2U);
}

TEST_F(ALifecycle, KeepsTheSnapshotOverARestartUnlessAskedToRefresh) {  // M03
    const auto started = core.start("everything");
    ProfileDefinition changed = *core.registry.profile("everything");
    changed.args = {"--verbose"};
    core.registry.put_profile(changed);
    core.wait_for_end(*core.run(core.lifecycle.restart(started.instance, {})));
    EXPECT_TRUE(instance(started.instance).config.profile.args.empty());
    core.wait_for_end(*core.run(core.lifecycle.restart(started.instance, {.refresh = true})));
    EXPECT_THAT(instance(started.instance).config.profile.args, ElementsAre("--verbose"));
}

TEST_F(ALifecycle, LeavesAVisibleFailedInstanceWhenARestartFails) {  // M03
    const auto started = core.start("everything");
    core.runtime.behaviour.dies_at_launch = Reason{ReasonCode::exit_code, "exited with code 7"};
    const auto job = core.run(core.lifecycle.restart(started.instance, {}));
    EXPECT_EQ(core.wait_for_end(*job).state, JobState::failed);
    EXPECT_EQ(instance(started.instance).state, InstanceState::failed);
    EXPECT_EQ(instance(started.instance).reason.code, ReasonCode::exit_code);
    EXPECT_TRUE(core.runtime.workloads.empty());
}

TEST_F(ALifecycle, FailsAStopThatPid1DoesNotHear) {
    const auto started = core.start("everything");
    core.runtime.unreachable = true;
    const auto job = core.run(core.lifecycle.stop(started.instance, {}));
    EXPECT_EQ(core.wait_for_end(*job).state, JobState::failed);
    EXPECT_EQ(instance(started.instance).reason.code, ReasonCode::runtime_unavailable);
    core.runtime.unreachable = false;
    const auto again = core.run(core.lifecycle.stop(started.instance, {}));
    EXPECT_EQ(core.wait_for_end(*again).state, JobState::done);
}

TEST_F(ALifecycle, GoesOnWithAStartWhilePid1IsTooBusyToAnswer) {
    core.runtime.behaviour.accepts = false;
    const auto accepted = core.run(core.lifecycle.start({"everything"}));
    core.run_until([&] { return core.registry.job(accepted->job)->progress.starts_with("waiting for an answer"); });
    core.runtime.unreachable = true;
    core.lifecycle.wake(accepted->instance);
    core.settle();
    core.runtime.unreachable = false;
    core.runtime.workloads[{accepted->instance, 1}].behaviour.accepts = true;
    EXPECT_EQ(core.wait_for_end(accepted->job).state, JobState::done);
}

TEST_F(ALifecycle, RefusesAWorkloadWhoseUnitWasAltered) {  // F22
    core.runtime.behaviour.verify_error = Error{ErrorCode::NotManaged, "User is root"};
    const auto started = core.start("everything");
    EXPECT_THAT(core.registry.job(started.job)->error->reason, HasSubstr("User is root"));
    EXPECT_TRUE(core.runtime.workloads.empty());
}

TEST_F(ALifecycle, CannotTakeBackAStop) {
    core.runtime.behaviour.ignores_sigterm = true;
    const auto started = core.start("everything");
    const auto job = core.run(core.lifecycle.stop(started.instance, {std::chrono::seconds(5)}));
    const auto refused = core.run(core.lifecycle.cancel(*job));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::NotSupported);
}

// Whoever waits for a job gets an answer even where we have a defect, and the instance can be stopped afterwards.
TEST_F(ALifecycle, EndsAJobThatRunsIntoADefect) {
    core.runtime.defect = "a defect";
    const auto started = core.start("everything");
    const Job& job = *core.registry.job(started.job);
    EXPECT_EQ(job.state, JobState::failed);
    EXPECT_EQ(job.error->code, ErrorCode::Internal);
    EXPECT_THAT(job.error->reason, HasSubstr("a defect"));
    EXPECT_EQ(instance(started.instance).state, InstanceState::failed);
    core.runtime.defect.clear();
    const auto stopped = core.run(core.lifecycle.stop(started.instance, {}));
    EXPECT_EQ(core.wait_for_end(*stopped).state, JobState::done);
    EXPECT_TRUE(core.registry.instances().empty());
}

TEST_F(ALifecycle, EndsAStopThatRunsIntoADefect) {
    const auto started = core.start("everything");
    core.runtime.defect = "a defect";
    const auto stopped = core.run(core.lifecycle.stop(started.instance, {}));
    EXPECT_EQ(core.wait_for_end(*stopped).error->code, ErrorCode::Internal);
    EXPECT_EQ(core.registry.active_job(started.instance), nullptr);
}

}  // namespace
}  // namespace mcpctl::test
