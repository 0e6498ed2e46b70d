// Any text as a cursor: what is taken is exactly what would have been given.
#include <cstdint>
#include <string_view>

#include "agent/logs/log_position.hpp"
#include "tests/fuzz/require.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace mcpctl;
    const auto instance = InstanceId::parse("3f2a0000-0000-4000-8000-000000000001");
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto position = logs::parse_cursor(text, *instance)) {
        fuzz::require(logs::cursor_of(*instance, *position) == text, "one place has one cursor");
    }
    return 0;
}
