// Any bytes of a server: the events do not depend on how the bytes arrive, and none is larger than allowed.
#include "mcp/event_stream.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fuzz/require.hpp"

namespace {

using namespace mcpctl;

constexpr std::size_t limit = 200;

std::vector<std::string> events_of(std::string_view stream, std::size_t portion) {
    mcp::EventStream parser(limit);
    std::vector<std::string> events;
    const auto take = [&](const mcp::Event& event) {
        fuzz::require(event.data.size() <= limit, "the limit holds");
        events.push_back(event.type + '\0' + event.data);
    };
    for (; !stream.empty(); stream.remove_prefix(std::min(portion, stream.size()))) {
        if (!parser.feed(stream.substr(0, portion), take)) {
            events.emplace_back("too large");
            break;
        }
    }
    return events;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view stream(reinterpret_cast<const char*>(data), size);
    const auto whole = events_of(stream, stream.size());
    for (const std::size_t portion : {1UL, 2UL, 7UL}) {
        fuzz::require(events_of(stream, portion) == whole, "portions do not matter");
    }
    return 0;
}
