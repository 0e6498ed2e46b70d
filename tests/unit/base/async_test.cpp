#include "base/async.hpp"

#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <optional>
#include <stdexcept>
#include <vector>

namespace mcpctl {
namespace {

using namespace std::chrono_literals;

class Async : public testing::Test {
  protected:
    asio::io_context loop_;
};

TEST_F(Async, WaitingForNothingSucceeds) {
    std::optional<bool> result;
    asio::co_spawn(loop_, [&]() -> Task<void> { result = co_await wait_for(0s); }, asio::detached);
    loop_.run();
    EXPECT_EQ(result, true);
}

TEST_F(Async, WaitingEndsWhenItIsCancelled) {
    std::optional<bool> result;
    asio::cancellation_signal signal;
    asio::co_spawn(
        loop_, [&]() -> Task<void> { result = co_await wait_for(24h); },
        asio::bind_cancellation_slot(signal.slot(), asio::detached));
    asio::post(loop_, [&] { signal.emit(asio::cancellation_type::terminal); });
    loop_.run();
    EXPECT_EQ(result, false);
}

TEST_F(Async, ATaskThatThrowsEndsAlone) {
    bool other_ran = false;
    spawn_detached(loop_.get_executor(), "a broken task", []() -> Task<void> {
        throw std::runtime_error("defect");
        co_return;
    }());
    spawn_detached(loop_.get_executor(), "a good task", [](bool& ran) -> Task<void> {
        ran = true;
        co_return;
    }(other_ran));
    EXPECT_NO_THROW(loop_.run());
    EXPECT_TRUE(other_ran);
}

TEST_F(Async, AConditionWakesEverybodyWhoWaits) {
    Condition condition;
    std::vector<bool> woken;
    for (int i = 0; i < 3; ++i) {
        asio::co_spawn(
            loop_, [&]() -> Task<void> { woken.push_back(co_await condition.wait_until(Clock::time_point::max())); },
            asio::detached);
    }
    asio::post(loop_, [&] { condition.notify(); });
    loop_.run();
    EXPECT_EQ(woken, (std::vector{true, true, true}));
}

TEST_F(Async, AConditionWakesNobodyWhoComesLater) {
    Condition condition;
    condition.notify();
    std::optional<bool> woken;
    asio::co_spawn(loop_, [&]() -> Task<void> { woken = co_await condition.wait_until(Clock::now()); }, asio::detached);
    loop_.run();
    EXPECT_EQ(woken, false);
}

TEST_F(Async, AConditionKeepsNobodyWaitingForWhatHappenedSinceTheyLooked) {
    Condition condition;
    const auto seen = condition.count();
    condition.notify();
    std::optional<bool> woken;
    asio::co_spawn(
        loop_, [&]() -> Task<void> { woken = co_await condition.wait_until(Clock::now() + 1h, seen); }, asio::detached);
    loop_.poll();
    EXPECT_EQ(woken, true);
}

TEST_F(Async, AConditionMayGoAwayWhileSomebodyWaits) {
    auto condition = std::make_unique<Condition>();
    std::optional<bool> woken;
    asio::co_spawn(
        loop_, [&]() -> Task<void> { woken = co_await condition->wait_until(Clock::now() + 1ms); }, asio::detached);
    asio::post(loop_, [&] { condition.reset(); });
    loop_.run();
    EXPECT_EQ(woken, false);
}

}  // namespace
}  // namespace mcpctl
