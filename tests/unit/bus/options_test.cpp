#include "agent/bus/options.hpp"

#include <gtest/gtest.h>

namespace mcpctl::bus {
namespace {

TEST(Options, GiveWhatWasPassed) {
    Options options({{"name", sdbus::Variant(std::string("x"))}, {"drain-timeout", sdbus::Variant(1.5)}});
    EXPECT_EQ(options.take<std::string>("name"), "x");
    EXPECT_EQ(options.take_seconds("drain-timeout"), std::chrono::milliseconds(1500));
    EXPECT_FALSE(options.take<bool>("refresh"));
    EXPECT_TRUE(options.finish());
}

TEST(Options, RefuseAnUnknownKeyByName) {
    Options options({{"nmae", sdbus::Variant(std::string("x"))}});
    EXPECT_EQ(options.finish().error().field, "nmae");
}

TEST(Options, RefuseAWrongType) {
    Options options({{"refresh", sdbus::Variant(std::string("yes"))}});
    EXPECT_FALSE(options.take<bool>("refresh"));
    EXPECT_EQ(options.finish().error().field, "refresh");
}

TEST(Options, RefuseANegativeDuration) {
    Options options({{"drain-timeout", sdbus::Variant(-1.0)}});
    EXPECT_FALSE(options.take_seconds("drain-timeout"));
    EXPECT_EQ(options.finish().error().code, ErrorCode::InvalidArgument);
}

}  // namespace
}  // namespace mcpctl::bus
