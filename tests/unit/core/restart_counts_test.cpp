// M10: automatic restarts are counted by their reason.
#include "agent/core/restart_counts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/fakes/core_under_test.hpp"

namespace mcpctl::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

class RestartsOfAnInstance : public ::testing::Test {
  protected:
    void SetUp() override {
        core.define("everything");
        id = core.start("everything").instance;
    }
    void end_and_begin(Reason reason, std::uint32_t restarts) {
        core.registry.apply(id, InstanceEvent::will_retry, [&](Instance& ended) {
            ended.reason = std::move(reason);
            ended.restarts = restarts;
        });
        core.registry.apply(id, InstanceEvent::retried);
        core.registry.apply(id, InstanceEvent::ready, [](Instance& again) { again.reason = {}; });
    }

    CoreUnderTest core;
    RestartCounts counts{core.registry};
    InstanceId id;
};

TEST_F(RestartsOfAnInstance, AreCountedByReason) {
    EXPECT_THAT(counts.of(id), IsEmpty());
    end_and_begin({ReasonCode::signal, "killed by SIGKILL"}, 1);
    end_and_begin({ReasonCode::signal, "killed by SIGKILL"}, 3);
    end_and_begin({ReasonCode::exit_code, "exited with status 1"}, 4);
    EXPECT_THAT(counts.of(id), ElementsAre(Pair(ReasonCode::exit_code, 1), Pair(ReasonCode::signal, 3)));
}

TEST_F(RestartsOfAnInstance, ByAnEngineThatTellsNoReasonAreUnknown) {
    end_and_begin({}, 2);
    EXPECT_THAT(counts.of(id), ElementsAre(Pair(ReasonCode::unknown, 2)));
}

TEST_F(RestartsOfAnInstance, DoNotHaveItsGivingUpAmongThem) {
    core.registry.apply(id, InstanceEvent::died, [](Instance& ended) {
        ended.reason = {ReasonCode::start_limit, "given up"};
        ended.restarts = 1;
    });
    EXPECT_THAT(counts.of(id), IsEmpty());
}

TEST_F(RestartsOfAnInstance, StayCountedWhenItRunsSteadily) {
    end_and_begin({ReasonCode::signal, "killed by SIGKILL"}, 1);
    core.registry.apply(id, InstanceEvent::ready, [](Instance& steady) { steady.restarts = 0; });
    end_and_begin({ReasonCode::signal, "killed by SIGKILL"}, 1);
    EXPECT_THAT(counts.of(id), ElementsAre(Pair(ReasonCode::signal, 2)));
}

}  // namespace
}  // namespace mcpctl::test
