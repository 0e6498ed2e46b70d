// M04, M05: the schedule of checks and what follows from them, on a fake runtime and a fake probe.
#include "agent/core/health_monitor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <span>

#include "tests/fakes/core_under_test.hpp"

namespace mcpctl::test {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::Each;
using testing::Field;
using testing::HasSubstr;
using testing::Ne;
using testing::Not;

class AHealthMonitor : public testing::Test, protected RegistryObserver {
  protected:
    CoreUnderTest core;
    int raised = 0;
    int cleared = 0;
    int told = 0;

    void SetUp() override {
        define("everything");
        core.registry.observe(*this);
        spawn_detached(core.loop.get_executor(), "watching", core.health.run());
    }
    void health_changed(const InstanceId&, const HealthRecord& before, const HealthRecord& now) override {
        ++told;
        raised += int(now.alert && !before.alert);
        cleared += int(before.alert && !now.alert);
    }
    void define(const std::string& name, const std::function<void(ProfileDefinition&)>& change = {}) {
        core.define(name, [&](ProfileDefinition& profile) {
            profile.health.interval = 20ms;
            profile.health.timeout = 10ms;
            if (change) {
                change(profile);
            }
        });
    }
    HealthRecord health(const InstanceId& id) { return core.health.health(id); }
    void until(const InstanceId& id, Readiness readiness) {
        core.run_until([&] { return health(id).readiness == readiness; });
    }
};

TEST_F(AHealthMonitor, HasTheAlertOfTheAgentBeforeItBeforeAnybodyAsks) {
    const auto id = core.start("everything").instance;
    core.history.add(id, {.readiness = Readiness::not_ready, .alert = true, .reason = "no answer"});
    core.run(core.health.recall());
    EXPECT_TRUE(health(id).alert);
    EXPECT_EQ(health(id).reason, "no answer");
    EXPECT_EQ(raised, 0);  // it is no news
}

TEST_F(AHealthMonitor, TakesTheAnswerThatEndedTheStartForACheck) {
    const auto id = core.start("everything").instance;
    EXPECT_EQ(health(id).readiness, Readiness::ready);
    EXPECT_EQ(health(id).liveness, Liveness::alive);
}

TEST_F(AHealthMonitor, AsksAgainAndAgainAndRemembersTheGeneration) {
    core.probe.speaks = McpGeneration::legacy;
    const auto id = core.start("everything").instance;
    core.run_until([&] { return health(id).checks >= 4; });
    EXPECT_EQ(health(id).latency, 2ms);
    EXPECT_EQ(core.probe.targets.back().generation, McpGeneration::legacy);
    EXPECT_EQ(core.probe.targets.back().endpoint, core.registry.instance(id)->endpoint());
    EXPECT_EQ(core.probe.targets.back().timeout, 10ms);
}

TEST_F(AHealthMonitor, FindsTheGenerationAnewAfterAFailure) {
    const auto id = core.start("everything").instance;
    core.run_until([&] { return health(id).checks >= 2; });
    core.probe.error = "no answer";
    core.run_until([&] { return health(id).consecutive_failures >= 2; });
    EXPECT_EQ(core.probe.targets.back().generation, McpGeneration::unknown);
}

TEST_F(AHealthMonitor, TellsAndWritesDownAnAlertOnceAndItsEndOnce) {  // M05
    const auto id = core.start("everything").instance;
    core.probe.error = "no answer";
    core.run_until([&] { return health(id).consecutive_failures >= 8; });
    EXPECT_EQ(raised, 1);
    EXPECT_EQ(health(id).reason, "no answer");
    core.probe.error.clear();
    core.run_until([&] { return health(id).consecutive_successes >= 5; });
    EXPECT_EQ(raised, 1);
    EXPECT_EQ(cleared, 1);
    const auto changes = core.run(core.history.changes_of(id, 100));
    ASSERT_GE(changes->size(), 3U);
    EXPECT_FALSE(changes->front().alert);
    EXPECT_EQ(std::ranges::count_if(*changes, &HealthChange::alert), 2) << "raised, and ready again with the alert";
}

TEST_F(AHealthMonitor, SaysThatAServerWhoseProcessEndsIsNotReadyAtOnce) {
    const auto id = core.start("everything").instance;
    core.runtime.becomes({id, 1}, WorkloadPhase::restarting, {ReasonCode::exit_code, "exited with code 1"});
    until(id, Readiness::not_ready);
    EXPECT_EQ(health(id).liveness, Liveness::dead);
    EXPECT_EQ(health(id).reason, "exited with code 1");
    core.runtime.becomes({id, 1}, WorkloadPhase::running, {}, 1);
    until(id, Readiness::ready);
    EXPECT_EQ(health(id).liveness, Liveness::alive);
}

TEST_F(AHealthMonitor, DoesNotBelieveSomebodyElseOnThePort) {
    const auto id = core.start("everything").instance;
    core.runtime.behaviour.port_taken = true;
    until(id, Readiness::not_ready);
    EXPECT_THAT(health(id).reason, HasSubstr("is held by another process"));
}

TEST_F(AHealthMonitor, AlertsForAServerThatStaysDead) {  // M05
    const auto id = core.start("everything").instance;
    core.runtime.becomes({id, 1}, WorkloadPhase::failed, {ReasonCode::start_limit, "restarted 10 times"});
    core.run_until([&] { return raised > 0; });
    EXPECT_EQ(health(id).reason, "restarted 10 times");
}

TEST_F(AHealthMonitor, KillsAnUnhealthyServerAsAFailureWhereTheProfileSaysSo) {
    define("fragile", [](ProfileDefinition& profile) { profile.health.on_unhealthy = OnUnhealthy::restart; });
    const auto id = core.start("fragile").instance;
    core.probe.error = "no answer";
    core.run_until([&] { return std::ranges::contains(core.runtime.calls, "kill 1"); });
    EXPECT_EQ(raised, 1);
    EXPECT_NE(core.registry.instance(id), nullptr);
}

TEST_F(AHealthMonitor, LeavesAnUnhealthyServerAloneWhereTheProfileWantsAnAlert) {
    const auto id = core.start("everything").instance;
    core.probe.error = "no answer";
    core.run_until([&] { return health(id).consecutive_failures >= 6; });
    EXPECT_THAT(core.runtime.calls, Not(Contains(HasSubstr("kill"))));
}

TEST_F(AHealthMonitor, HasOneCheckUnderWayPerWorkload) {
    const auto id = core.start("everything").instance;
    core.probe.hangs = true;
    core.run_until([&] { return core.probe.targets.size() >= 2; });
    const std::size_t asked = core.probe.targets.size();
    bool answered = false;
    asio::co_spawn(core.loop, core.health.check_now(id),
                   [&](const std::exception_ptr&, const auto& result) { answered = result.has_value(); });
    core.settle();
    EXPECT_EQ(core.probe.targets.size(), asked) << "the caller waits for the check under way";
    EXPECT_FALSE(answered);
    core.probe.release();
    core.run_until([&] { return answered; });
}

TEST_F(AHealthMonitor, HasNoMoreChecksUnderWayThanItMay) {
    constexpr int many = int(HealthMonitor::most_at_once) + 6;
    core.lifecycle.use_ports({46270, 46270 + many});
    for (int i = 0; i < many; ++i) {
        core.start("everything");
    }
    core.probe.most_at_once = 0;
    core.probe.hangs = true;
    core.run_until([&] { return core.probe.most_at_once >= HealthMonitor::most_at_once; });
    core.settle();
    EXPECT_EQ(core.probe.most_at_once, HealthMonitor::most_at_once);
    const std::size_t asked = core.probe.targets.size();
    core.probe.release();
    core.run_until([&] { return core.probe.targets.size() >= asked + many; });
}

TEST_F(AHealthMonitor, ChecksWhenAskedTo) {  // M11
    define("calm", [](ProfileDefinition& profile) { profile.health.interval = 1h; });
    const auto id = core.start("calm").instance;
    core.probe.error = "no answer";
    const auto checked = core.run(core.health.check_now(id));
    ASSERT_TRUE(checked);
    EXPECT_EQ(checked->consecutive_failures, 1U);
    EXPECT_EQ(checked->last_error, "no answer");
    EXPECT_EQ(core.run(core.health.check_now(InstanceId::generate())).error().code, ErrorCode::NotFound);
}

TEST_F(AHealthMonitor, ForgetsAnInstanceThatIsStopped) {
    const auto id = core.start("everything").instance;
    core.wait_for_end(*core.run(core.lifecycle.stop(id, {})));
    EXPECT_EQ(health(id).readiness, Readiness::unknown);
    EXPECT_FALSE(core.history.changes.contains(id));
}

TEST_F(AHealthMonitor, LeavesAnInstanceToTheJobThatWorksOnIt) {
    const auto id = core.start("everything").instance;
    const std::string endpoint = core.registry.instance(id)->endpoint();
    define("other");
    core.runtime.behaviour.accepts = false;
    ASSERT_TRUE(core.run(core.lifecycle.restart(id, {})));
    core.run_until([&] { return core.registry.instance(id)->state == InstanceState::starting; });
    core.settle();
    core.runtime.behaviour.accepts = true;
    const std::size_t asked = core.probe.targets.size();
    // Another instance is checked meanwhile, so time has passed.
    const auto other = core.start("other").instance;
    core.run_until([&] { return health(other).checks >= 3; });
    EXPECT_THAT(std::span(core.probe.targets).subspan(asked), Each(Field(&ProbeTarget::endpoint, Ne(endpoint))));
    EXPECT_EQ(health(id).consecutive_failures, 0U);
}

}  // namespace
}  // namespace mcpctl::test
