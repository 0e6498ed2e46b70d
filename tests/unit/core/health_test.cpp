// M04, M05: what checks make of the health of an instance, with a clock that only the test moves.
#include "agent/core/health.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mcpctl {
namespace {

using namespace std::chrono_literals;

class AHealth : public testing::Test {
  protected:
    HealthPolicy policy;
    Health health;
    Clock::time_point now = Clock::time_point(1h);
    int raised = 0;
    int cleared = 0;
    int changed = 0;
    int restarts = 0;

    void SetUp() override {
        count(health.observe(InstanceState::running, "", policy, moment()));
        changed = 0;
    }
    Moment moment() { return {now, WallTime(now.time_since_epoch() / 1us)}; }
    void count(const HealthVerdict& verdict) {
        raised += int(verdict.raised);
        cleared += int(verdict.cleared);
        changed += int(verdict.changed);
        restarts += int(verdict.restart_due);
    }
    // A check an interval later.
    void answers(int times = 1) { checks({.generation = McpGeneration::modern, .latency = 2ms}, times); }
    void fails(int times = 1, const std::string& why = "no answer") { checks({.error = why}, times); }
    void checks(const ProbeResult& result, int times) {
        for (int i = 0; i < times; ++i) {
            now += policy.interval;
            count(health.observe(result, policy, moment()));
        }
    }
    const HealthRecord& record() { return health.record(); }
};

TEST_F(AHealth, IsUnknownUntilSomethingWasSeen) {
    EXPECT_EQ(Health().record().readiness, Readiness::unknown);
    EXPECT_EQ(Health().record().liveness, Liveness::unknown);
    EXPECT_EQ(record().readiness, Readiness::unknown);
    EXPECT_EQ(record().liveness, Liveness::alive);
}

TEST_F(AHealth, IsReadyWithTheFirstAnswer) {
    answers();
    EXPECT_EQ(record().readiness, Readiness::ready);
    EXPECT_EQ(record().latency, 2ms);
    EXPECT_EQ(record().generation, McpGeneration::modern);
    EXPECT_EQ(record().last_checked, moment().wall);
    EXPECT_EQ(changed, 1);
    answers(5);
    EXPECT_EQ(record().consecutive_successes, 6U);
    EXPECT_EQ(changed, 1) << "what changes with each check is not announced";
}

TEST_F(AHealth, IsNotReadyAtTheThresholdAndNotBefore) {
    answers();
    fails(2);
    EXPECT_EQ(record().readiness, Readiness::ready);
    EXPECT_EQ(record().consecutive_failures, 2U);
    EXPECT_EQ(record().last_error, "no answer");
    EXPECT_EQ(raised, 0);
    fails(1, "no answer at last");
    EXPECT_EQ(record().readiness, Readiness::not_ready);
    EXPECT_EQ(record().reason, "no answer at last");
    EXPECT_EQ(record().liveness, Liveness::alive);
    EXPECT_EQ(record().last_transition, moment().wall);
}

TEST_F(AHealth, RaisesItsAlertOnceAndClearsItOnce) {
    answers();
    fails(20);
    EXPECT_EQ(raised, 1);
    EXPECT_TRUE(record().alert);
    answers();
    EXPECT_EQ(record().readiness, Readiness::ready);
    EXPECT_TRUE(record().alert) << "one answer is no recovery";
    EXPECT_EQ(record().reason, "no answer");
    answers(10);
    EXPECT_EQ(cleared, 1);
    EXPECT_FALSE(record().alert);
    EXPECT_EQ(record().reason, "");
}

TEST_F(AHealth, DoesNotAlertAgainWhileItFlaps) {
    fails(3);
    for (int i = 0; i < 10; ++i) {
        answers(2);
        fails(3);
    }
    EXPECT_EQ(raised, 1);
    EXPECT_EQ(cleared, 0);
    answers(3);
    EXPECT_EQ(cleared, 1);
}

TEST_F(AHealth, AlertsByTimeWhereTheThresholdIsNeverReached) {
    policy.unhealthy_after = 2min;
    answers(3);
    int failures = 0;
    while (raised == 0 && failures < 100) {
        fails();
        ++failures;
        answers();
    }
    // The first failure is where the time begins; every second check fails.
    EXPECT_EQ(failures, 7);
    EXPECT_EQ(record().readiness, Readiness::ready);
    EXPECT_EQ(record().reason, "not well for 2m: no answer");
}

TEST_F(AHealth, BeginsTheTimeAnewAfterARecovery) {
    policy.unhealthy_after = 1min;
    policy.failure_threshold = 2;
    fails();
    answers(2);
    now += 1h;
    fails();
    EXPECT_EQ(raised, 0);
}

TEST_F(AHealth, AlertsByTimeBeforeTheThresholdIsReached) {
    policy.unhealthy_after = 20s;
    policy.failure_threshold = 100;
    fails(2);
    EXPECT_EQ(raised, 0);
    fails();
    EXPECT_EQ(raised, 1);
    EXPECT_EQ(record().readiness, Readiness::unknown);
}

TEST_F(AHealth, WantsARestartAtEachMultipleOfTheThreshold) {
    fails(9);
    EXPECT_EQ(restarts, 3);
}

TEST_F(AHealth, IsNotReadyAtOnceWhenItsProcessEnds) {
    answers();
    count(health.observe(InstanceState::backoff, "exited with code 3", policy, moment()));
    EXPECT_EQ(record().readiness, Readiness::not_ready);
    EXPECT_EQ(record().liveness, Liveness::dead);
    EXPECT_EQ(record().reason, "exited with code 3");
    EXPECT_EQ(record().consecutive_failures, 1U);
    EXPECT_EQ(raised, 0);
    count(health.observe(InstanceState::backoff, "exited with code 3", policy, moment()));
    count(health.observe(InstanceState::failed, "exited with code 3", policy, moment()));
    EXPECT_EQ(raised, 1);
}

TEST_F(AHealth, DoesNotCountWhatAJobDoesAsAFailure) {
    answers();
    for (const InstanceState state : {InstanceState::restarting, InstanceState::starting, InstanceState::draining}) {
        count(health.observe(state, "", policy, moment()));
        EXPECT_EQ(record().readiness, Readiness::not_ready);
        EXPECT_EQ(record().consecutive_failures, 0U);
        EXPECT_NE(record().reason, "");
    }
    count(health.observe(InstanceState::running, "", policy, moment()));
    answers();
    EXPECT_EQ(record().readiness, Readiness::ready);
}

TEST_F(AHealth, ForgetsTheGenerationOfAServerThatIsReplaced) {
    answers();
    count(health.observe(InstanceState::restarting, "", policy, moment()));
    EXPECT_EQ(record().generation, McpGeneration::unknown);
}

TEST_F(AHealth, GoesOnWithTheAlertOfTheAgentBefore) {
    Health next;
    next.resume({.at = 5, .readiness = Readiness::not_ready, .alert = true, .reason = "no answer"}, moment());
    EXPECT_TRUE(next.record().alert);
    health = next;
    fails(3);
    EXPECT_EQ(raised, 0);
    answers(3);
    EXPECT_EQ(cleared, 1);
}

TEST_F(AHealth, IsAsLongWhatItIsAsTheAgentBeforeSaid) {
    Health next;
    (void)next.observe(InstanceState::running, "", policy, moment());
    next.resume({.at = 5, .readiness = Readiness::ready, .liveness = Liveness::alive, .alert = false, .reason = ""},
                moment());
    health = next;
    answers();
    EXPECT_EQ(record().last_transition, 5U);
    fails(3);
    EXPECT_EQ(record().last_transition, moment().wall);
}

}  // namespace
}  // namespace mcpctl
