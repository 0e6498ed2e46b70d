// B01: records and reality are brought together after every kind of gap.
#include "agent/core/reconciler.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/fakes/core_under_test.hpp"

namespace mcpctl::test {
namespace {

// An agent that starts with what another left behind.
class AReconciler : public testing::Test {
  protected:
    CoreUnderTest core;
    Instance record;

    void SetUp() override {
        core.define("everything");
        record.id = InstanceId::generate();
        record.name = "everything";
        record.config = {*core.registry.server("everything"), *core.registry.profile("everything")};
        record.state = InstanceState::running;
        record.runtime_id = "invocation-0";
        record.port = 46270;
        record.config.profile.start_timeout = std::chrono::seconds(5);
    }
    void recorded() { core.registry.put_instance(record); }
    void runs(std::uint64_t generation = 1) {
        WorkloadStatus status;
        status.phase = WorkloadPhase::running;
        status.runtime_id = "invocation-0";
        core.runtime.workloads[{record.id, generation}] = {status, {}};
    }
    Job open_job(JobKind kind) {
        Job job = core.jobs.make(kind, record.id);
        job.old_generation = 1;
        job.drain_timeout = std::chrono::milliseconds(50);
        core.registry.put_job(job);
        return job;
    }
    void start(const std::string& recorded_boot = "boot-1") {
        core.run(core.reconciler.at_start(recorded_boot, core.keeper.take()));
    }
    const Instance& instance() { return *core.registry.instance(record.id); }
};

TEST_F(AReconciler, AdoptsWhatRunsAsItsRecordSays) {
    recorded();
    runs();
    start();
    core.settle();
    EXPECT_EQ(instance(), record);
    EXPECT_TRUE(core.runtime.calls.empty());
}

TEST_F(AReconciler, ForgetsWhatHeldAnInstanceTogetherThatHasNoRecord) {
    recorded();
    runs();
    core.runtime.groups = {record.id, InstanceId::generate()};
    start();
    EXPECT_EQ(core.runtime.groups, std::vector{record.id});
}

TEST_F(AReconciler, TellsHowAnInstanceEndedWhileTheAgentWasAway) {
    recorded();
    core.runtime.journal_record = {ReasonCode::exit_code, "exited with code 7"};
    start();
    EXPECT_EQ(instance().state, InstanceState::failed);
    EXPECT_EQ(instance().reason.text, "exited with code 7");
}

TEST_F(AReconciler, SaysUnknownWhereThereIsNoWitness) {
    recorded();
    start();
    EXPECT_EQ(instance().reason.code, ReasonCode::unknown);
}

TEST_F(AReconciler, NoticesARestartThatHappenedInBetween) {
    recorded();
    runs();
    core.runtime.workloads[{record.id, 1}].status.runtime_id = "invocation-9";
    core.runtime.workloads[{record.id, 1}].status.restarts = 2;
    start();
    core.run_until([&] { return instance().state == InstanceState::running; });
    EXPECT_EQ(instance().runtime_id, "invocation-9");
    EXPECT_EQ(instance().restarts, 2U);
}

TEST_F(AReconciler, EndsAWorkloadWithoutARecord) {
    runs();
    start();
    EXPECT_TRUE(core.runtime.workloads.empty());
}

TEST_F(AReconciler, EndsAnOlderGeneration) {
    record.generation = 2;
    recorded();
    runs(1);
    runs(2);
    start();
    EXPECT_EQ(core.runtime.workloads.size(), 1U);
    EXPECT_TRUE(core.runtime.workloads.contains({record.id, 2}));
}

TEST_F(AReconciler, GoesOnWithAStartWhoseUnitWasNotMade) {
    record.state = InstanceState::starting;
    recorded();
    const Job job = open_job(JobKind::start);
    start();
    EXPECT_EQ(core.wait_for_end(job.id).state, JobState::done);
    EXPECT_EQ(instance().state, InstanceState::running);
}

TEST_F(AReconciler, GoesOnWithAStartWhoseUnitRunsAlready) {
    record.state = InstanceState::starting;
    recorded();
    runs();
    const Job job = open_job(JobKind::start);
    start();
    EXPECT_EQ(core.wait_for_end(job.id).state, JobState::done);
    EXPECT_EQ(core.runtime.workloads.size(), 1U);
    EXPECT_EQ(instance().runtime_id, "invocation-0");
}

TEST_F(AReconciler, GoesOnWithAStop) {
    recorded();
    runs();
    const Job job = open_job(JobKind::stop);
    start();
    EXPECT_EQ(core.wait_for_end(job.id).state, JobState::done);
    EXPECT_TRUE(core.registry.instances().empty());
    EXPECT_TRUE(core.runtime.workloads.empty());
}

TEST_F(AReconciler, GoesOnWithARestartBeforeTheOldWorkloadEnded) {
    recorded();
    runs();
    const Job job = open_job(JobKind::restart);
    start();
    EXPECT_EQ(core.wait_for_end(job.id).state, JobState::done);
    EXPECT_EQ(instance().generation, 2U);
    EXPECT_EQ(core.runtime.workloads.size(), 1U);
}

TEST_F(AReconciler, GoesOnWithARestartAfterTheNewGenerationWasWritten) {
    record.generation = 2;
    record.state = InstanceState::starting;
    recorded();
    const Job job = open_job(JobKind::restart);
    start();
    EXPECT_EQ(core.wait_for_end(job.id).state, JobState::done);
    EXPECT_EQ(instance().generation, 2U);
    EXPECT_THAT(core.runtime.calls, testing::ElementsAre("launch 2"));
}

TEST_F(AReconciler, RestoresAfterARebootWhatShouldRun) {
    recorded();
    start("boot-0");
    core.run_until([&] { return instance().generation == 2 && instance().state == InstanceState::running; });
    EXPECT_EQ(core.store.boot, "boot-1");
}

TEST_F(AReconciler, RestoresWhatAnAgentThatDiedAfterTheRebootHadNotComeTo) {
    recorded();
    core.store.failure = Error{ErrorCode::StorageFailed, "full"};
    start("boot-0");
    core.run_until([&] { return instance().state == InstanceState::failed; });
    core.store.failure.reset();
    start("boot-0");
    core.run_until([&] { return instance().generation == 2 && instance().state == InstanceState::running; });
}

TEST_F(AReconciler, RestoresAfterARebootWhatFailedAtTheShutdown) {
    recorded();
    runs();
    core.runtime.workloads[{record.id, 1}].status.phase = WorkloadPhase::failed;
    start("boot-0");
    core.run_until([&] { return instance().generation == 2 && instance().state == InstanceState::running; });
}

TEST_F(AReconciler, DoesNotRestoreTwiceWhatRunsAlready) {
    recorded();
    runs();
    start("boot-0");
    core.settle();
    EXPECT_EQ(instance(), record);
    EXPECT_EQ(core.store.boot, "boot-1");
}

TEST_F(AReconciler, ConcludesNothingUntilTheRuntimeAnswers) {
    recorded();
    core.runtime.unreachable = true;
    start("boot-0");
    EXPECT_EQ(instance(), record);
    core.runtime.unreachable = false;
    core.runtime.events.lost_track();
    core.run_until([&] { return instance().generation == 2 && instance().state == InstanceState::running; });
}

TEST_F(AReconciler, StartsAutostartProfilesAfterARebootOnly) {
    ProfileDefinition profile = *core.registry.profile("everything");
    profile.autostart = true;
    core.registry.put_profile(profile);
    start();
    core.settle();
    EXPECT_TRUE(core.registry.instances().empty());
    start("boot-0");
    core.run_until([&] { return core.registry.instance_named("everything") != nullptr; });
}

TEST_F(AReconciler, LeavesForeignUnitsAlone) {  // M13
    core.runtime.foreign = {{"mcpctl-0123456789abcdef0123456789abcdef-1.service"}};
    start();
    EXPECT_TRUE(core.runtime.calls.empty());
}

}  // namespace
}  // namespace mcpctl::test
