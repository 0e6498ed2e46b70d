#include "ctl/far/ways.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/ctl/far/environment.hpp"

namespace mcpctl::ctl::far {
namespace {

constexpr std::uint64_t now = 1'764'000'000'000'000;
constexpr std::uint64_t hour = 3'600'000'000;

class WaysToHosts : public ::testing::Test {
  protected:
    Environment environment;
    Ways ways{environment.path("cache/mcpctl/ways")};
};

TEST_F(WaysToHosts, AreWebSocketsUntilEventsWereTheWay) {
    EXPECT_FALSE(ways.prefers_events("https://a", now));
    ways.remember("https://a", true, now);
    EXPECT_TRUE(ways.prefers_events("https://a", now));
    EXPECT_FALSE(ways.prefers_events("https://b", now));
    ways.remember("https://a", false, now);
    EXPECT_FALSE(ways.prefers_events("https://a", now));
}

TEST_F(WaysToHosts, AreForgottenAfterADay) {
    ways.remember("https://a", true, now);
    EXPECT_TRUE(ways.prefers_events("https://a", now + 23 * hour));
    EXPECT_FALSE(ways.prefers_events("https://a", now + 24 * hour));
    EXPECT_FALSE(ways.prefers_events("https://a", now - hour));
}

TEST_F(WaysToHosts, WriteNothingWhereThereIsNothingToRemember) {
    ways.remember("https://a", false, now);
    EXPECT_FALSE(std::filesystem::exists(environment.path("cache")));
}

TEST_F(WaysToHosts, PassOverWhatTheyDoNotUnderstandAndStaySmall) {
    ways.remember("https://a", true, now);
    std::ofstream(environment.path("cache/mcpctl/ways"), std::ios::app) << "nonsense\n\nsse https://b\nsse x y z\n";
    EXPECT_TRUE(ways.prefers_events("https://a", now));
    for (int host = 0; host < 200; ++host) {
        ways.remember("https://" + std::to_string(host), true, now);
    }
    EXPECT_LT(std::filesystem::file_size(environment.path("cache/mcpctl/ways")), 4096U);
}

TEST_F(WaysToHosts, DoWithoutAFile) {
    const Ways none{""};
    none.remember("https://a", true, now);
    EXPECT_FALSE(none.prefers_events("https://a", now));
}

}  // namespace
}  // namespace mcpctl::ctl::far
