#include "ctl/suggest.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace mcpctl::ctl {
namespace {

const std::vector<std::string> verbs{"server", "profile", "start", "stop", "restart", "status", "list"};

TEST(EditDistance, CountsEachKindOfMistakeOnce) {
    EXPECT_EQ(edit_distance("start", "start"), 0U);
    EXPECT_EQ(edit_distance("strt", "start"), 1U);
    EXPECT_EQ(edit_distance("sttart", "start"), 1U);
    EXPECT_EQ(edit_distance("stert", "start"), 1U);
    EXPECT_EQ(edit_distance("satrt", "start"), 1U) << "neighbours swapped";
    EXPECT_EQ(edit_distance("", "start"), 5U);
}

TEST(Suggestion, IsTheNearestWord) {
    EXPECT_EQ(nearest("strat", verbs), "start");
    EXPECT_EQ(nearest("lst", verbs), "list");
    EXPECT_EQ(nearest("profil", verbs), "profile");
}

TEST(Suggestion, PrefersWhatWasBegun) {
    EXPECT_EQ(nearest("stat", verbs), "status");
    EXPECT_EQ(nearest("prof", verbs), "profile");
}

TEST(Suggestion, IsNoneForAnotherWord) {
    EXPECT_EQ(nearest("banana", verbs), std::nullopt);
    EXPECT_EQ(nearest("x", {}), std::nullopt);
}

}  // namespace
}  // namespace mcpctl::ctl
