#include "ctl/output/time_text.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

namespace mcpctl::ctl {
namespace {

constexpr std::uint64_t second = 1'000'000;

TEST(TimeText, IsRfc3339InUtcWithMicroseconds) {
    EXPECT_EQ(rfc3339(1'795'400'689'000'042), "2026-11-23T02:24:49.000042Z");
    EXPECT_EQ(rfc3339(0), "1970-01-01T00:00:00.000000Z");
}

TEST(TimeText, IsInTheReadersTimeZoneForPeople) {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
    EXPECT_EQ(local_time(1'795'400'689'000'042), "Mon 2026-11-23 02:24:49 UTC");
}

TEST(Elapsed, ShowsTheTwoLargestUnits) {
    EXPECT_EQ(elapsed(0, 7 * second), "7s");
    EXPECT_EQ(elapsed(0, 200 * second), "3min 20s");
    EXPECT_EQ(elapsed(0, 120 * second), "2min");
    EXPECT_EQ(elapsed(0, 7'500 * second), "2h 5min");
    EXPECT_EQ(elapsed(0, 273'600 * second), "3d 4h");
}

TEST(Elapsed, IsZeroWhenTheClockWasSetBack) {
    EXPECT_EQ(elapsed(10 * second, 5 * second), "0s");
}

TEST(Took, HasTenthsOfSecondsBelowAMinute) {
    EXPECT_EQ(took(std::chrono::milliseconds(449)), "0.4 s");
    EXPECT_EQ(took(std::chrono::milliseconds(12'300)), "12.3 s");
    EXPECT_EQ(took(std::chrono::milliseconds(125'000)), "2min 5s");
}

}  // namespace
}  // namespace mcpctl::ctl
