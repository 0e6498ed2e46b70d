// Any text as each part of a request that a client writes: what is taken is plain, and means one thing.
#include <cstdint>
#include <string>
#include <string_view>

#include "http-bridge/bearer.hpp"
#include "http-bridge/log_lines.hpp"
#include "http-bridge/prefer.hpp"
#include "http-bridge/start_request.hpp"
#include "http-bridge/target.hpp"
#include "tests/fuzz/require.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace mcpctl;
    using namespace mcpctl::http_bridge;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto target = parse_target(text)) {
        for (const std::string& segment : target->segments) {
            fuzz::require(!segment.empty() && segment != "." && segment != ".." &&
                              segment.find_first_of(std::string_view("/\\\0\r\n", 5)) == std::string::npos,
                          "a segment leads nowhere else");
        }
    }
    if (const auto token = bearer_token(text)) {
        fuzz::require(text.ends_with(*token) && token->find_first_of(" \r\n") == std::string::npos,
                      "a token is one word");
    }
    if (const auto prefer = parse_prefer(text)) {
        fuzz::require(prefer->wait.count() >= 0 && prefer->wait <= longest_wait, "nobody waits longer");
    }
    if (const auto request = parse_start_request("application/json", text)) {
        fuzz::require(!request->profile.empty(), "a start is of a profile");
    }
    fuzz::require(cursor_of(text).size() <= size, "a cursor is a part of its line");
    return 0;
}
