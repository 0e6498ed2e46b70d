#include "ctl/backoff.hpp"

#include <gtest/gtest.h>

#include <set>

namespace mcpctl::ctl {
namespace {

using namespace std::chrono_literals;

TEST(BackoffOfReconnecting, GrowsFromHalfASecondToHalfAMinute) {
    Backoff backoff(1);
    auto most = 1000ms;
    for (int round = 0; round < 20; ++round, most = std::min(most * 2, 30'000ms)) {
        const auto pause = backoff.next();
        EXPECT_GE(pause, most / 2) << round;
        EXPECT_LE(pause, most) << round;
    }
    backoff.reset();
    EXPECT_LE(backoff.next(), 1000ms);
}

TEST(BackoffOfReconnecting, IsLeftToChanceInPart) {
    std::set<std::chrono::milliseconds> seen;
    for (std::uint32_t seed = 0; seed < 50; ++seed) {
        seen.insert(Backoff(seed).next());
    }
    EXPECT_GT(seen.size(), 20U);
}

}  // namespace
}  // namespace mcpctl::ctl
