#include "agent/core/log_query.hpp"

#include <charconv>
#include <chrono>
#include <format>

#include "base/duration.hpp"
#include "base/shown.hpp"

namespace mcpctl {
namespace {

constexpr WallTime second = 1'000'000;

// Reads a text from its beginning; every step fails once one has failed.
class Scanner {
  public:
    explicit Scanner(std::string_view text) : rest_(text) {}

    // Exactly so many digits.
    int number(std::size_t digits) {
        int value = 0;
        good_ = good_ && rest_.size() >= digits;
        for (std::size_t i = 0; good_ && i < digits; ++i) {
            good_ = rest_[i] >= '0' && rest_[i] <= '9';
            value = value * 10 + (rest_[i] - '0');
        }
        rest_.remove_prefix(good_ ? digits : 0);
        return value;
    }
    bool accept(char c) {
        const bool there = good_ && rest_.starts_with(c);
        rest_.remove_prefix(there ? 1 : 0);
        return there;
    }
    void require(bool holds) { good_ = good_ && holds; }
    // "", or "." and digits; finer than a microsecond is left out.
    WallTime fraction() {
        WallTime value = 0;
        if (!accept('.')) {
            return 0;
        }
        require(!rest_.empty() && is_digit());
        for (WallTime weight = second / 10; good_ && is_digit(); weight /= 10) {
            value += weight * WallTime(rest_.front() - '0');
            rest_.remove_prefix(1);
        }
        return value;
    }
    [[nodiscard]] bool at_end() const { return good_ && rest_.empty(); }

  private:
    [[nodiscard]] bool is_digit() const { return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; }

    std::string_view rest_;
    bool good_ = true;
};

// "Z", "+02:00", "-0530".
std::chrono::minutes offset(Scanner& scanner) {
    if (scanner.accept('Z') || scanner.accept('z')) {
        return {};
    }
    const bool east = scanner.accept('+');
    scanner.require(east || scanner.accept('-'));
    const int hours = scanner.number(2);
    scanner.accept(':');
    const int minutes = scanner.number(2);
    scanner.require(hours < 24 && minutes < 60);
    const std::chrono::minutes distance(hours * 60 + minutes);
    return east ? distance : -distance;
}

std::optional<WallTime> rfc3339(std::string_view text) {
    Scanner scanner(text);
    const std::chrono::year year(scanner.number(4));
    scanner.require(scanner.accept('-'));
    const std::chrono::month month(unsigned(scanner.number(2)));
    scanner.require(scanner.accept('-'));
    const std::chrono::year_month_day date(year, month, std::chrono::day(unsigned(scanner.number(2))));
    scanner.require(scanner.accept('T') || scanner.accept('t') || scanner.accept(' '));
    const int hours = scanner.number(2);
    scanner.require(scanner.accept(':'));
    const int minutes = scanner.number(2);
    scanner.require(scanner.accept(':'));
    const int seconds = scanner.number(2);
    const WallTime fraction = scanner.fraction();
    const std::chrono::minutes zone = offset(scanner);
    // 60 is a leap second.
    if (!scanner.at_end() || !date.ok() || hours > 23 || minutes > 59 || seconds > 60) {
        return std::nullopt;
    }
    const auto whole = std::chrono::sys_days(date).time_since_epoch() + std::chrono::hours(hours) +
                       std::chrono::minutes(minutes) + std::chrono::seconds(seconds) - zone;
    const auto count = std::chrono::duration_cast<std::chrono::seconds>(whole).count();
    return count < 0 ? std::nullopt : std::optional(WallTime(count) * second + fraction);
}

std::optional<WallTime> since_epoch(std::string_view text) {
    WallTime seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    Scanner rest(text.substr(std::size_t(end - text.data())));
    const WallTime fraction = rest.fraction();
    constexpr WallTime latest = 253'402'300'799;  // the end of the year 9999
    return error == std::errc() && rest.at_end() && seconds <= latest ? std::optional(seconds * second + fraction)
                                                                      : std::nullopt;
}

}  // namespace

Result<WallTime> parse_time(std::string_view text, WallTime now, std::string_view field) {
    std::optional<WallTime> time;
    if (text.starts_with('-')) {
        if (const auto back = parse_duration(text.substr(1), field)) {
            const auto distance = WallTime(back->count()) * 1000;
            time = now > distance ? now - distance : 0;
        }
    } else {
        time = text.starts_with('@') ? since_epoch(text.substr(1)) : rfc3339(text);
    }
    if (!time) {
        return fail(ErrorCode::InvalidArgument, std::format("{} is no time", shown(text)), std::string(field),
                    "write 2026-11-23T02:04:49Z, -15m for a quarter of an hour ago, or @ and seconds since 1970");
    }
    return *time;
}

}  // namespace mcpctl
