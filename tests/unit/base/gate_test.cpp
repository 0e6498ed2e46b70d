#include "base/gate.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace mcpctl {
namespace {

TEST(AGate, LetsNoMoreThroughAtATimeThanItIsWideAndForgetsNobody) {
    asio::io_context loop;
    Gate gate(3, std::chrono::hours(1));
    int inside = 0;
    int most = 0;
    int passed = 0;
    const auto pass = [&]() -> Task<void> {
        const auto place = co_await gate.enter();
        most = std::max(most, ++inside);
        co_await wait_for(std::chrono::microseconds(10));
        --inside;
        ++passed;
    };
    for (int index = 0; index < 50; ++index) {
        spawn_detached(loop.get_executor(), "passing", pass());
    }
    loop.run();
    EXPECT_EQ(most, 3);
    EXPECT_EQ(passed, 50);
}

TEST(AGate, IsNotBlockedByWhoStaysTooLong) {
    asio::io_context loop;
    Gate gate(2, std::chrono::milliseconds(1));
    Condition never;
    int entered = 0;
    const auto stay = [&]() -> Task<void> {
        const auto place = co_await gate.enter();
        ++entered;
        co_await never.wait_until(Clock::time_point::max());
    };
    for (int index = 0; index < 6; ++index) {
        spawn_detached(loop.get_executor(), "staying", stay());
    }
    while (entered < 6) {
        loop.run_one();
    }
}

TEST(AGate, MayEndBeforeThoseWhoWaitAtIt) {
    asio::io_context loop;
    auto gate = std::make_unique<Gate>(1, std::chrono::hours(1));
    int entered = 0;
    const auto pass = [&]() -> Task<void> {
        const auto place = co_await gate->enter();
        ++entered;
        co_await wait_for(std::chrono::microseconds(10));
    };
    spawn_detached(loop.get_executor(), "passing", pass());
    spawn_detached(loop.get_executor(), "passing", pass());
    while (entered < 1) {
        loop.run_one();
    }
    loop.poll();
    gate.reset();
    loop.run();
    EXPECT_EQ(entered, 2);
}

}  // namespace
}  // namespace mcpctl
