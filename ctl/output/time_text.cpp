#include "ctl/output/time_text.hpp"

#include <array>
#include <ctime>
#include <format>
#include <string_view>

namespace mcpctl::ctl {
namespace {

constexpr std::uint64_t microseconds_per_second = 1'000'000;

std::string calendar_text(const std::tm& time, const char* pattern) {
    std::array<char, 64> buffer{};
    return {buffer.data(), std::strftime(buffer.data(), buffer.size(), pattern, &time)};
}

std::string two_largest_units(std::uint64_t seconds) {
    struct Unit {
        std::uint64_t seconds;
        std::string_view name;
    };
    constexpr std::array units{Unit{86'400, "d"}, Unit{3'600, "h"}, Unit{60, "min"}, Unit{1, "s"}};
    for (std::size_t i = 0; i + 1 < units.size(); ++i) {
        if (seconds >= units[i].seconds) {
            const std::uint64_t rest = seconds % units[i].seconds / units[i + 1].seconds;
            const std::string large = std::format("{}{}", seconds / units[i].seconds, units[i].name);
            return rest == 0 ? large : std::format("{} {}{}", large, rest, units[i + 1].name);
        }
    }
    return std::format("{}s", seconds);
}

}  // namespace

std::string rfc3339(std::uint64_t microseconds) {
    const auto seconds = std::time_t(microseconds / microseconds_per_second);
    std::tm time{};
    ::gmtime_r(&seconds, &time);
    return std::format("{}.{:06}Z", calendar_text(time, "%Y-%m-%dT%H:%M:%S"), microseconds % microseconds_per_second);
}

std::string local_time(std::uint64_t microseconds) {
    const auto seconds = std::time_t(microseconds / microseconds_per_second);
    std::tm time{};
    ::localtime_r(&seconds, &time);
    return calendar_text(time, "%a %Y-%m-%d %H:%M:%S %Z");
}

std::string local_stamp(std::uint64_t microseconds) {
    const auto seconds = std::time_t(microseconds / microseconds_per_second);
    std::tm time{};
    ::localtime_r(&seconds, &time);
    return std::format("{}.{:03}", calendar_text(time, "%b %d %H:%M:%S"),
                       microseconds % microseconds_per_second / 1000);
}

std::string elapsed(std::uint64_t since_microseconds, std::uint64_t now_microseconds) {
    const std::uint64_t passed = now_microseconds > since_microseconds ? now_microseconds - since_microseconds : 0;
    return two_largest_units(passed / microseconds_per_second);
}

std::string took(std::chrono::milliseconds duration) {
    const auto count = std::uint64_t(duration.count() < 0 ? 0 : duration.count());
    if (count < 60'000) {
        return std::format("{}.{} s", count / 1000, count % 1000 / 100);
    }
    return two_largest_units(count / 1000);
}

std::uint64_t now_microseconds() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::uint64_t(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

}  // namespace mcpctl::ctl
