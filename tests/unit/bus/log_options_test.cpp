#include "agent/bus/log_options.hpp"

#include <gtest/gtest.h>

namespace mcpctl::bus {
namespace {

using sdbus::Variant;

TEST(LogOptions, ShowTheLastFiftyLinesWhenNothingElseIsSaid) {
    EXPECT_EQ(page_query({})->tail, 50U);
    EXPECT_EQ(follow_query({})->tail, 50U);
    EXPECT_FALSE(page_query({{"since", Variant("-1h")}})->tail);
    EXPECT_FALSE(page_query({{"since", Variant("@0")}})->tail);
    EXPECT_FALSE(page_query({{"cursor", Variant("x")}})->tail);
    EXPECT_FALSE(page_query({{"backward", Variant(true)}})->tail);
}

TEST(LogOptions, AreTaken) {
    const auto query = page_query({{"cursor", Variant("c")},
                                   {"level", Variant("warning")},
                                   {"grep", Variant("x")},
                                   {"until", Variant("@5")},
                                   {"limit", Variant(std::uint32_t(7))}});
    ASSERT_TRUE(query);
    EXPECT_EQ(query->cursor, "c");
    EXPECT_EQ(query->level, LogLevel::warning);
    EXPECT_EQ(query->grep, "x");
    EXPECT_EQ(query->until, 5'000'000U);
    EXPECT_EQ(query->limit, 7U);
}

TEST(LogOptions, AreRefusedByName) {
    const std::pair<OptionMap, std::string> rows[]{
        {{{"level", Variant("loud")}}, "level"},
        {{{"since", Variant("tomorrow")}}, "since"},
        {{{"until", Variant("x")}}, "until"},
        {{{"limit", Variant(std::uint32_t(0))}}, "limit"},
        {{{"limit", Variant(std::uint32_t(10'001))}}, "limit"},
        {{{"tail", Variant(std::uint64_t(1))}, {"cursor", Variant("c")}}, "tail"},
        {{{"tail", Variant(std::uint64_t(1))}, {"backward", Variant(true)}}, "tail"},
        {{{"tail", Variant("many")}}, "tail"},
        {{{"grep", Variant(std::string(1025, 'x'))}}, "grep"},
        {{{"surprise", Variant(true)}}, "surprise"},
    };
    for (const auto& [options, field] : rows) {
        const auto query = page_query(options);
        ASSERT_FALSE(query) << field;
        EXPECT_EQ(query.error().field, field);
    }
    EXPECT_EQ(follow_query({{"until", Variant("-1m")}}).error().field, "until");
}

}  // namespace
}  // namespace mcpctl::bus
