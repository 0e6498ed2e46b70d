#include "agent/core/log_query.hpp"

#include <gtest/gtest.h>

namespace mcpctl {
namespace {

constexpr WallTime second = 1'000'000;
constexpr WallTime now = 1'763'000'000 * second;

TEST(TimeOfALog, IsRfc3339) {
    const std::pair<std::string_view, WallTime> rows[]{
        {"1970-01-01T00:00:00Z", 0},
        {"2023-11-14T22:13:20Z", 1'700'000'000 * second},
        {"2023-11-14T22:13:20.5Z", 1'700'000'000 * second + 500'000},
        {"2023-11-14t22:13:20.123456789z", 1'700'000'000 * second + 123'456},
        {"2023-11-14 23:13:20+01:00", 1'700'000'000 * second},
        {"2023-11-14T16:43:20-0530", 1'700'000'000 * second},
        {"2024-02-29T00:00:00Z", 1'709'164'800 * second},
    };
    for (const auto& [text, time] : rows) {
        const auto parsed = parse_time(text, now, "since");
        ASSERT_TRUE(parsed) << text;
        EXPECT_EQ(*parsed, time) << text;
    }
}

TEST(TimeOfALog, IsADurationBackOrSecondsSince1970) {
    EXPECT_EQ(parse_time("-15m", now, "since"), now - 900 * second);
    EXPECT_EQ(parse_time("-1h30m", now, "since"), now - 5400 * second);
    EXPECT_EQ(parse_time("-90", now, "since"), now - 90 * second);
    EXPECT_EQ(parse_time("-1h", 5, "since"), 0U);
    EXPECT_EQ(parse_time("@1700000000", now, "since"), 1'700'000'000 * second);
    EXPECT_EQ(parse_time("@1700000000.25", now, "since"), 1'700'000'000 * second + 250'000);
}

TEST(TimeOfALog, IsRefusedWithTheFieldWhenItIsNone) {
    for (const std::string_view text : {"",
                                        "yesterday",
                                        "-",
                                        "--1m",
                                        "@",
                                        "@-1",
                                        "@1e9",
                                        "@99999999999999",
                                        "@1.",
                                        "2023-11-14",
                                        "2023-11-14T22:13:20",
                                        "2023-02-30T00:00:00Z",
                                        "2023-11-14T24:00:00Z",
                                        "2023-11-14T22:60:00Z",
                                        "2023-11-14T22:13:20.Z",
                                        "2023-11-14T22:13:20+25:00",
                                        "2023-11-14T22:13:20Zx",
                                        "1969-12-31T23:59:59Z",
                                        "15m",
                                        "\xff"}) {
        const auto parsed = parse_time(text, now, "since");
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().code, ErrorCode::InvalidArgument);
        EXPECT_EQ(parsed.error().field, "since");
        EXPECT_FALSE(parsed.error().hint.empty());
    }
}

}  // namespace
}  // namespace mcpctl
