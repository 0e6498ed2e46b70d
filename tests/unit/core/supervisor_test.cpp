// B01, B02: what happens to a running instance is told truly.
#include "agent/core/supervisor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/fakes/core_under_test.hpp"

namespace mcpctl::test {
namespace {

class ASupervisor : public testing::Test {
  protected:
    CoreUnderTest core;
    InstanceId id;
    WorkloadRef workload;
    void SetUp() override {
        core.define("everything",
                    [](ProfileDefinition& profile) { profile.restart.reset_after = std::chrono::milliseconds(20); });
        id = core.start("everything").instance;
        workload = {id, 1};
    }
    const Instance& instance() { return *core.registry.instance(id); }
    void until(InstanceState state) {
        core.run_until([&] { return instance().state == state; });
    }
};

TEST_F(ASupervisor, ShowsBackoffAndItsReasonWhileTheRuntimeWaitsToStartItAgain) {
    core.runtime.becomes(workload, WorkloadPhase::restarting, {ReasonCode::signal, "killed by SIGSEGV"});
    until(InstanceState::backoff);
    EXPECT_EQ(instance().reason.text, "killed by SIGSEGV");
    EXPECT_EQ(instance().runtime_id, "");
    EXPECT_THAT(instance().failure_log, testing::ElementsAre("last line"));
}

TEST_F(ASupervisor, ShowsTheNewRuntimeIdAfterARestartByTheRuntime) {
    core.runtime.becomes(workload, WorkloadPhase::restarting, {ReasonCode::exit_code, "exited with code 1"});
    until(InstanceState::backoff);
    core.runtime.becomes(workload, WorkloadPhase::running, {}, 1);
    until(InstanceState::running);
    EXPECT_EQ(instance().runtime_id, "invocation-2");
    EXPECT_EQ(instance().restarts, 1U);
}

TEST_F(ASupervisor, StartsTheCountAgainAfterSteadyRunning) {
    core.runtime.becomes(workload, WorkloadPhase::running, {}, 3);
    core.run_until([&] { return instance().state == InstanceState::running && instance().restarts == 3; });
    core.run_until([&] { return instance().restarts == 0; });
    EXPECT_THAT(core.runtime.calls, testing::Contains("reset 1"));
}

TEST_F(ASupervisor, ShowsFailedWhenTheRuntimeGivesUp) {
    core.runtime.becomes(workload, WorkloadPhase::failed, {ReasonCode::start_limit, "restarted 10 times"});
    until(InstanceState::failed);
    EXPECT_EQ(instance().reason.code, ReasonCode::start_limit);
    EXPECT_EQ(core.store.instances.at(id).state, InstanceState::failed);
}

TEST_F(ASupervisor, NamesAnEndThatSomebodyOutsideBroughtAbout) {
    core.runtime.vanishes(workload);
    until(InstanceState::failed);
    EXPECT_EQ(instance().reason.code, ReasonCode::vanished);
}

TEST_F(ASupervisor, TakesADeathDuringShutdownForNeitherFailureNorRestart) {
    core.runtime.shutdown = true;
    core.runtime.becomes(workload, WorkloadPhase::failed, {ReasonCode::exit_code, "exited with code 3"});
    core.settle();
    EXPECT_EQ(instance().state, InstanceState::running);
    core.runtime.vanishes(workload);
    core.settle();
    EXPECT_EQ(instance().state, InstanceState::running);
}

TEST_F(ASupervisor, KillsARestartedServerThatNeverAccepts) {
    core.registry.apply(id, InstanceEvent::ready, [](Instance& changed) {
        changed.config.profile.start_timeout = std::chrono::milliseconds(20);
    });
    core.runtime.workloads[workload].behaviour.accepts = false;
    core.runtime.becomes(workload, WorkloadPhase::running, {}, 1);
    until(InstanceState::failed);
    EXPECT_THAT(core.runtime.calls, testing::Contains("kill 1"));
}

TEST_F(ASupervisor, EndsAnInstanceWhoseUnitWasAlteredUnderneath) {  // F22
    core.runtime.workloads[workload].behaviour.verify_error = Error{ErrorCode::NotManaged, "RestrictNamespaces is no"};
    core.runtime.events.lost_track();
    until(InstanceState::failed);
    EXPECT_EQ(instance().reason.code, ReasonCode::unit_altered);
    EXPECT_TRUE(core.runtime.workloads.empty());
}

}  // namespace
}  // namespace mcpctl::test
