#include "agent/app/idle.hpp"

#include <gtest/gtest.h>

namespace mcpctl {
namespace {

class AnIdleWatch : public testing::Test {
  protected:
    asio::io_context loop;
    std::vector<std::string> reasons;
    Idle idle{[this] { return reasons; }};
    bool ended = false;

    void watch(Duration timeout) {
        spawn_detached(loop.get_executor(), "watching", [](Idle& watched, Duration limit, bool& end) -> Task<void> {
            co_await watched.wait_until_idle(limit);
            end = true;
        }(idle, timeout, ended));
    }
    void run_until_ended() {
        while (!ended && loop.run_one_for(std::chrono::seconds(20)) > 0) {
        }
    }
};

TEST_F(AnIdleWatch, EndsWhenNobodyCallsForTheWholeTime) {
    watch(std::chrono::milliseconds(5));
    run_until_ended();
    EXPECT_TRUE(ended);
}

TEST_F(AnIdleWatch, HasNoTimerWhileThereIsAReasonToStay) {  // an idle agent does not wake up
    reasons = {"1 instances exist"};
    watch(std::chrono::milliseconds(1));
    loop.poll();
    loop.restart();
    EXPECT_EQ(loop.run_for(std::chrono::milliseconds(20)), 0U);
    EXPECT_FALSE(ended);
}

TEST_F(AnIdleWatch, EndsAfterTheLastReasonHasGone) {
    reasons = {"1 instances exist"};
    watch(std::chrono::milliseconds(1));
    loop.poll();
    reasons.clear();
    idle.instance_removed(InstanceId{});
    run_until_ended();
    EXPECT_TRUE(ended);
}

}  // namespace
}  // namespace mcpctl
