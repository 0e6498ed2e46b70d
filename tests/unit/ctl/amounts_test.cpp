#include "ctl/output/amounts.hpp"

#include <gtest/gtest.h>

namespace mcpctl::ctl {
namespace {

TEST(Sizes, HaveTheUnitThatFits) {
    EXPECT_EQ(size_text(0), "0 B");
    EXPECT_EQ(size_text(1023), "1023 B");
    EXPECT_EQ(size_text(1024), "1.0 KiB");
    EXPECT_EQ(size_text(22454272), "21.4 MiB");
    EXPECT_EQ(size_text(std::uint64_t(3) << 40), "3.0 TiB");
}

TEST(ShortTimes, HaveTheUnitThatFits) {
    EXPECT_EQ(short_time(850, true), "850 µs");
    EXPECT_EQ(short_time(850, false), "850 us");
    EXPECT_EQ(short_time(2100, true), "2.1 ms");
    EXPECT_EQ(short_time(1'300'000, true), "1.3 s");
}

}  // namespace
}  // namespace mcpctl::ctl
