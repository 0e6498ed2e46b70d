#include "base/duration.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <format>

#include "base/shown.hpp"

namespace mcpctl {
namespace {

constexpr double longest_seconds = 365.0 * 24 * 3600;

struct Unit {
    std::string_view name;
    long long milliseconds;
};

constexpr std::array units{
    Unit{"d", 86'400'000}, Unit{"h", 3'600'000}, Unit{"min", 60'000},
    Unit{"ms", 1},         Unit{"m", 60'000},    Unit{"s", 1'000},
};

std::unexpected<Error> not_a_duration(std::string_view text, std::string_view field) {
    return fail(ErrorCode::InvalidArgument, std::format("'{}' is not a duration", shown(text)), std::string(field),
                "write seconds as a number, or units as in 1m30s or 250ms");
}

const Unit* take_unit(std::string_view& rest) {
    for (const Unit& unit : units) {
        if (rest.starts_with(unit.name)) {
            rest.remove_prefix(unit.name.size());
            return &unit;
        }
    }
    return nullptr;
}

}  // namespace

Result<Duration> duration_from_seconds(double seconds, std::string_view field) {
    if (!std::isfinite(seconds) || seconds < 0 || seconds > longest_seconds) {
        return fail(ErrorCode::InvalidArgument, "a duration lies between 0 and 365 days", std::string(field));
    }
    return Duration(std::llround(seconds * 1000));
}

Result<Duration> parse_duration(std::string_view text, std::string_view field) {
    double seconds = 0;
    std::string_view rest = text;
    if (rest.empty() || rest.size() > 40) {
        return not_a_duration(text, field);
    }
    while (!rest.empty()) {
        const bool first = rest.size() == text.size();
        double number = 0;
        const auto [end, error] =
            std::from_chars(rest.data(), rest.data() + rest.size(), number, std::chars_format::fixed);
        if (error != std::errc{} || number < 0) {
            return not_a_duration(text, field);
        }
        rest.remove_prefix(std::size_t(end - rest.data()));
        const Unit* unit = take_unit(rest);
        if (unit == nullptr && !(first && rest.empty())) {
            return not_a_duration(text, field);
        }
        seconds += unit == nullptr ? number : number * double(unit->milliseconds) / 1000.0;
    }
    return duration_from_seconds(seconds, field);
}

std::string format_duration(Duration duration) {
    long long left = duration.count();
    std::string text;
    for (const Unit& unit : {units[0], units[1], units[4], units[5], units[3]}) {
        if (const long long count = left / unit.milliseconds; count > 0) {
            text += std::format("{}{}", count, unit.name);
            left -= count * unit.milliseconds;
        }
    }
    return text.empty() ? "0s" : text;
}

}  // namespace mcpctl
