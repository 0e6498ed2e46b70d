#include "mcp/event_stream.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace mcpctl::mcp {
namespace {

// "type:data" of each event, when the stream comes in pieces of `size` bytes.
std::vector<std::string> events_of(std::string_view stream, std::size_t size) {
    EventStream parser(1000);
    std::vector<std::string> events;
    for (; !stream.empty(); stream.remove_prefix(std::min(size, stream.size()))) {
        EXPECT_TRUE(parser.feed(stream.substr(0, size),
                                [&](const Event& event) { events.push_back(event.type + ":" + event.data); }));
    }
    return events;
}

TEST(AnEventStream, IsReadAlikeInPiecesOfAnySize) {
    constexpr std::string_view stream =
        "\xef\xbb\xbf"
        "data: first\n\n"
        ": a comment\r\nevent: endpoint\r\ndata:/message?id=1\r\n\r\n"
        "data: two\rdata:  lines\r\r"
        "id: 7\nretry: 10\nunknown: x\ndata\n\n"
        "event: without data\n\n"
        "data: cut off";
    const std::vector<std::string> expected{":first", "endpoint:/message?id=1", ":two\n lines", ":"};
    for (std::size_t size = 1; size <= stream.size(); ++size) {
        EXPECT_EQ(events_of(stream, size), expected) << size;
    }
}

TEST(AnEventStream, HasALimitPerEventAndNoneInAll) {
    EventStream parser(100);
    const auto ignore = [](const Event&) {};
    for (int i = 0; i < 100; ++i) {
        EXPECT_TRUE(parser.feed("data: 0123456789\n\n", ignore));
    }
    EXPECT_EQ(parser.feed("data: " + std::string(100, 'x'), ignore).error().code, ErrorCode::LimitsExceeded);
    EventStream many_lines(100);
    Result<void> fed;
    for (int i = 0; i < 100 && fed; ++i) {
        fed = many_lines.feed("data: 0123456789\n", ignore);
    }
    EXPECT_FALSE(fed);
}

}  // namespace
}  // namespace mcpctl::mcp
