#include "agent/relay/stream_frames.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace mcpctl::relay {
namespace {

std::string frame(char stream, const std::string& bytes) {
    std::string whole{stream, 0, 0, 0, 0, 0, char(bytes.size() >> 8), char(bytes.size() & 0xff)};
    return whole + bytes;
}

// Both streams after all of it was taken in parts of this size.
struct Streams {
    std::string output, error;
    bool broken = false;
};

Streams taken(const std::string& bytes, std::size_t part) {
    StreamFrames frames;
    Streams streams;
    for (std::size_t at = 0; at < bytes.size() && !streams.broken; at += part) {
        const auto pieces = frames.take(std::string_view(bytes).substr(at, part));
        streams.broken = !pieces;
        for (const StreamPiece& piece : pieces.value_or(std::vector<StreamPiece>{})) {
            (piece.stream == 2 ? streams.error : streams.output).append(piece.bytes);
        }
    }
    return streams;
}

// B04
TEST(StreamFrames, AreTakenApartHoweverTheyArrive) {
    const std::string long_line(5000, 'x');
    const std::string bytes = frame(1, "one") + frame(2, "two") + frame(1, "") + frame(1, long_line) + frame(2, "end");
    for (const std::size_t part : {1UL, 3UL, 7UL, 8UL, 9UL, 4096UL, 100'000UL}) {
        const Streams streams = taken(bytes, part);
        EXPECT_FALSE(streams.broken);
        EXPECT_EQ(streams.output, "one" + long_line) << part;
        EXPECT_EQ(streams.error, "twoend") << part;
    }
}

TEST(StreamFrames, ThatAreNoneAreRefused) {
    EXPECT_TRUE(taken("HTTP/1.1 500 Internal Server Error", 100).broken);
    EXPECT_TRUE(taken(frame(3, "three"), 100).broken);
    EXPECT_TRUE(taken(frame(1, "one") + std::string(8, '\x01'), 5).broken);
}

}  // namespace
}  // namespace mcpctl::relay
