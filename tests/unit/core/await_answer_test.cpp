// M01, M04: a start ends when the server has answered, and says why it has not.
#include "agent/core/await_answer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/fakes/core_under_test.hpp"

namespace mcpctl::test {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;

class AStartedServer : public testing::Test {
  protected:
    CoreUnderTest core;

    void SetUp() override { core.define("everything"); }
    AcceptedStart begin(const std::string& profile = "everything") {
        return *core.run(core.lifecycle.start({profile}));
    }
    const Job& job(const AcceptedStart& accepted) { return *core.registry.job(accepted.job); }
};

TEST_F(AStartedServer, RunsWhenItHasAnswered) {
    core.probe.error = "the server answered initialize with HTTP status 503";
    const auto accepted = begin();
    core.run_until([&] { return core.probe.targets.size() >= 3; });
    EXPECT_EQ(core.registry.instance(accepted.instance)->state, InstanceState::starting);
    EXPECT_THAT(job(accepted).progress, HasSubstr("waiting for an answer"));
    core.probe.error.clear();
    EXPECT_EQ(core.wait_for_end(accepted.job).state, JobState::done);
    EXPECT_EQ(core.registry.instance(accepted.instance)->state, InstanceState::running);
}

TEST_F(AStartedServer, IsGivenUpWithTheReasonOfItsLastCheck) {
    core.define("mute", [](ProfileDefinition& profile) { profile.start_timeout = 50ms; });
    core.probe.error = "the server answered initialize with HTTP status 503";
    const auto ended = core.wait_for_end(begin("mute").job);
    EXPECT_EQ(ended.state, JobState::failed);
    EXPECT_THAT(ended.error->reason, AllOf(HasSubstr("did not answer MCP within 50ms"), HasSubstr("status 503")));
    EXPECT_THAT(ended.last_lines, testing::ElementsAre("last line"));
    EXPECT_TRUE(core.runtime.workloads.empty());
}

TEST_F(AStartedServer, IsNotAskedForLongerThanItsStartMayTake) {
    core.define("mute", [](ProfileDefinition& profile) { profile.start_timeout = 50ms; });
    core.probe.hangs = true;
    core.wait_for_end(begin("mute").job);
    EXPECT_LE(core.probe.targets.front().timeout, 50ms);
}

TEST_F(AStartedServer, FailsAtOnceWhenItDiesDuringACheck) {
    core.probe.hangs = true;
    const auto accepted = begin();
    core.run_until([&] { return !core.probe.targets.empty(); });
    core.runtime.becomes({accepted.instance, 1}, WorkloadPhase::failed, {ReasonCode::exit_code, "exited with code 3"});
    EXPECT_THAT(core.wait_for_end(accepted.job).error->reason, HasSubstr("exited with code 3"));
}

TEST_F(AStartedServer, CanBeCancelledDuringACheck) {
    core.probe.hangs = true;
    const auto accepted = begin();
    core.run_until([&] { return !core.probe.targets.empty(); });
    ASSERT_TRUE(core.run(core.lifecycle.cancel(accepted.job)));
    EXPECT_EQ(core.wait_for_end(accepted.job).state, JobState::canceled);
}

// B02: the runtime has started it again.
TEST_F(AStartedServer, IsRunningAgainWhenItHasAnsweredAgain) {
    const auto accepted = core.start("everything");
    core.probe.error = "not yet";
    core.runtime.becomes({accepted.instance, 1}, WorkloadPhase::running, {}, 1);
    core.run_until([&] { return core.registry.instance(accepted.instance)->state == InstanceState::starting; });
    const std::size_t asked = core.probe.targets.size();
    core.run_until([&] { return core.probe.targets.size() > asked + 1; });
    core.probe.error.clear();
    core.run_until([&] { return core.registry.instance(accepted.instance)->state == InstanceState::running; });
}

}  // namespace
}  // namespace mcpctl::test
