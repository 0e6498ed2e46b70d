#include "base/duration.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace mcpctl {
namespace {

using namespace std::chrono_literals;

TEST(DurationText, IsSecondsWithoutAUnit) {
    EXPECT_EQ(parse_duration("90", "f"), Duration(90s));
    EXPECT_EQ(parse_duration("0.5", "f"), Duration(500ms));
    EXPECT_EQ(parse_duration("0", "f"), Duration(0));
}

TEST(DurationText, MixesUnits) {
    EXPECT_EQ(parse_duration("1m30s", "f"), Duration(90s));
    EXPECT_EQ(parse_duration("1min", "f"), Duration(60s));
    EXPECT_EQ(parse_duration("250ms", "f"), Duration(250ms));
    EXPECT_EQ(parse_duration("1d2h3m4s5ms", "f"), Duration(26h + 3min + 4s + 5ms));
    EXPECT_EQ(parse_duration("1.5h", "f"), Duration(90min));
}

TEST(DurationText, RefusesWhatIsNoDuration) {
    for (const char* text : {"", " ", "x", "1x", "-1", "-1s", "1m30", "s", "1 m", "1e3", "inf", "nan", "0x10", "366d",
                             "1m1", "1s1", "99999999999999999999999999999999999999999", "1\n"}) {
        const auto parsed = parse_duration(text, "drainTimeout");
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().code, ErrorCode::InvalidArgument);
        EXPECT_EQ(parsed.error().field, "drainTimeout");
    }
}

TEST(DurationText, RefusesNumbersThatAreNotFiniteOrTooLong) {
    EXPECT_TRUE(duration_from_seconds(365.0 * 24 * 3600, "f"));
    for (const double seconds : {-0.001, 365.0 * 24 * 3600 + 1, double(NAN), std::numeric_limits<double>::infinity()}) {
        EXPECT_FALSE(duration_from_seconds(seconds, "f")) << seconds;
    }
}

TEST(DurationText, IsWrittenInItsShortestForm) {
    EXPECT_EQ(format_duration(0s), "0s");
    EXPECT_EQ(format_duration(90s), "1m30s");
    EXPECT_EQ(format_duration(250ms), "250ms");
    EXPECT_EQ(format_duration(24h), "1d");
    EXPECT_EQ(format_duration(25h + 1ms), "1d1h1ms");
}

TEST(DurationText, ReadsBackWhatItWrites) {
    for (const long long count : {0LL, 1LL, 999LL, 1000LL, 1001LL, 59'999LL, 60'000LL, 3'599'999LL, 86'400'000LL,
                                  86'399'999LL, 31'535'999'999LL, 31'536'000'000LL}) {
        EXPECT_EQ(parse_duration(format_duration(Duration(count)), "f"), Duration(count)) << count;
    }
}

}  // namespace
}  // namespace mcpctl
