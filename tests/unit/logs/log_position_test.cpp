#include "agent/logs/log_position.hpp"

#include <gtest/gtest.h>

namespace mcpctl::logs {
namespace {

const LogPosition place{{1, 2, 0xff}, 0xabc, {3}, 12, 1'700'000'000'123'456};

TEST(Cursor, ComesBackAsThePlaceThatItWasMadeOf) {
    const InstanceId instance = InstanceId::generate();
    const auto parsed = parse_cursor(cursor_of(instance, place), instance);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(*parsed, place);
    EXPECT_EQ(parsed->boot, place.boot);
    EXPECT_EQ(parsed->monotonic, place.monotonic);
    EXPECT_EQ(parsed->realtime, place.realtime);
}

TEST(Cursor, IsOfOneInstance) {
    const auto parsed = parse_cursor(cursor_of(InstanceId::generate(), place), InstanceId::generate());
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().field, "cursor");
    EXPECT_NE(parsed.error().reason.find("instance"), std::string::npos);
}

TEST(Cursor, IsRefusedWhenAByteOfItIsDifferent) {
    const InstanceId instance = InstanceId::generate();
    const std::string good = cursor_of(instance, place);
    EXPECT_FALSE(parse_cursor("", instance));
    EXPECT_FALSE(parse_cursor(good + "-", instance));
    EXPECT_FALSE(parse_cursor(good.substr(0, good.rfind('-')), instance));
    for (std::size_t i = 0; i < good.size(); ++i) {
        for (const char other : {'g', 'A', '-', '\0', ' '}) {
            std::string bad = good;
            bad[i] = other;
            EXPECT_TRUE(bad == good || !parse_cursor(bad, instance)) << i << other;
        }
    }
}

TEST(Place, ComesBeforeAnotherByNumberOrByTimeWhereNumbersBeganAnew) {
    LogPosition later = place;
    ++later.number;
    later.realtime -= 1000;  // the clock was set back
    EXPECT_TRUE(is_before(place, later));
    EXPECT_FALSE(is_before(later, place));
    later.sequence = {9};
    EXPECT_TRUE(is_before(later, place));
}

}  // namespace
}  // namespace mcpctl::logs
