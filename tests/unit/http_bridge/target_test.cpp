#include "http-bridge/target.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mcpctl::http_bridge {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(Target, IsTakenApartAndDecoded) {
    const auto target = parse_target("/api/instances/my%20one?tail=5&grep=a%26b+c&flag");
    ASSERT_TRUE(target) << target.error().reason;
    EXPECT_THAT(target->segments, ElementsAre("api", "instances", "my one"));
    EXPECT_THAT(target->query, ElementsAre(Pair("flag", ""), Pair("grep", "a&b c"), Pair("tail", "5")));
}

TEST(Target, OfTheRootHasNoSegments) {
    const auto target = parse_target("/?");
    ASSERT_TRUE(target);
    EXPECT_THAT(target->segments, IsEmpty());
    EXPECT_THAT(target->query, IsEmpty());
}

class HostileTarget : public ::testing::TestWithParam<const char*> {};

TEST_P(HostileTarget, IsRefused) {
    const auto target = parse_target(GetParam());
    ASSERT_FALSE(target);
    EXPECT_EQ(target.error().code, ErrorCode::InvalidArgument);
}

INSTANTIATE_TEST_SUITE_P(All, HostileTarget,
                         ::testing::Values("", "api", "*", "http://127.0.0.1/api", "/api/../etc", "/api/%2e%2e/etc",
                                           "/api/%2E./etc", "/api/.%2e", "/api/./x", "/api/%2e", "/api//x", "/api/",
                                           "/api/a%2Fb", "/api/a%5cb", "/api/a\\b", "/api/%00", "/api/%0d%0a", "/a%",
                                           "/a%4", "/a%zz", "/a%+1", "/a%ff", "/a%c0%af", "/a#b", "/a?b=%", "/a?=b",
                                           "/a?b=1&b=2", "/a?b=1&&c=2", "/a?b=%0a", "/a?%00=1"));

TEST(Target, HasALimit) {
    EXPECT_FALSE(parse_target("/" + std::string(5000, 'a')));
    std::string deep;
    for (int i = 0; i < 20; ++i) {
        deep += "/a";
    }
    EXPECT_FALSE(parse_target(deep));
}

}  // namespace
}  // namespace mcpctl::http_bridge
