#include "ctl/output/amounts.hpp"

#include <array>
#include <format>
#include <string_view>

#include "ctl/output/time_text.hpp"

namespace mcpctl::ctl {

std::string size_text(std::uint64_t bytes) {
    constexpr std::array<std::string_view, 6> units{"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    auto amount = double(bytes);
    std::size_t unit = 0;
    for (; amount >= 1024 && unit + 1 < units.size(); ++unit) {
        amount /= 1024;
    }
    return unit == 0 ? std::format("{} B", bytes) : std::format("{:.1f} {}", amount, units[unit]);
}

std::string short_time(std::uint64_t microseconds, bool unicode) {
    if (microseconds < 1000) {
        return std::format("{} {}", microseconds, unicode ? "µs" : "us");
    }
    if (microseconds < 1'000'000) {
        return std::format("{:.1f} ms", double(microseconds) / 1000);
    }
    return took(std::chrono::milliseconds(microseconds / 1000));
}

}  // namespace mcpctl::ctl
