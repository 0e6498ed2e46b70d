// Any text as a time: it is a time before the year 10000, or refused with a reason.
#include <cstdint>
#include <string_view>

#include "agent/core/log_query.hpp"
#include "tests/fuzz/require.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace mcpctl;
    const auto time = parse_time({reinterpret_cast<const char*>(data), size}, 1'763'000'000'000'000, "since");
    constexpr WallTime latest = 253'402'473'600'000'000;  // with an offset of a day
    fuzz::require(time ? *time <= latest : !time.error().hint.empty(), "a time or a hint");
    return 0;
}
