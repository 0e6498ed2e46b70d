#include "ctl/output/log_printer.hpp"

#include <cstdio>
#include <ctime>
#include <format>
#include <nlohmann/json.hpp>

#include "ctl/output/time_text.hpp"
#include "ctl/output/visible_text.hpp"

namespace mcpctl::ctl {
namespace {

using Json = nlohmann::json;

// "2026-11-23T02:04:49.123456Z" as "Nov 23 02:04:49.123" in the time zone of whoever reads it.
std::string stamp_of(const std::string& rfc3339) {
    std::tm utc{};
    unsigned microseconds = 0;
    if (std::sscanf(rfc3339.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d.%6uZ", &utc.tm_year, &utc.tm_mon, &utc.tm_mday,
                    &utc.tm_hour, &utc.tm_min, &utc.tm_sec, &microseconds) != 7) {
        return rfc3339;
    }
    utc.tm_year -= 1900;
    utc.tm_mon -= 1;
    return local_stamp(std::uint64_t(::timegm(&utc)) * 1'000'000 + microseconds);
}

Colour colour_of(const std::string& level) {
    if (level == "error" || level == "critical" || level == "alert" || level == "emergency") {
        return Colour::red;
    }
    return level == "warning"  ? Colour::yellow
           : level == "notice" ? Colour::bold
           : level == "debug"  ? Colour::grey
                               : Colour::none;
}

std::string member(const Json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

std::string LogPrinter::print(std::string_view line) {
    const bool first = std::exchange(first_, false);
    switch (format_) {
        case LogFormat::text:
            return as_text(line);
        case LogFormat::json:
            return std::format("{}\n  {}", first ? "" : ",", line);
        case LogFormat::ndjson:
            break;
    }
    return std::format("{}\n", line);
}

std::string LogPrinter::end() const {
    return format_ != LogFormat::json ? "" : first_ ? "]\n" : "\n]\n";
}

std::string LogPrinter::as_text(std::string_view line) const {
    const Json object = Json::parse(line, nullptr, false);
    if (!object.is_object()) {
        return visible_text(line) + '\n';
    }
    const std::string level = member(object, "level");
    const std::string message = visible_text(member(object, "message"));
    const bool is_gap = member(object, "stream") == "gap";
    const std::string word = level.empty() || level == "info" || is_gap ? "" : level + ": ";
    return std::format("{} {}\n", terminal_.paint(stamp_of(member(object, "timestamp")), Colour::grey),
                       terminal_.paint(is_gap ? std::format("-- {} --", message) : word + message, colour_of(level)));
}

// The last member, and no string in JSON holds an unescaped quotation mark.
std::string cursor_in(std::string_view line) {
    constexpr std::string_view name = "\"cursor\":\"";
    const std::size_t found = line.rfind(name);
    if (found == std::string_view::npos) {
        return {};
    }
    const std::string_view rest = line.substr(found + name.size());
    return std::string(rest.substr(0, rest.find('"')));
}

}  // namespace mcpctl::ctl
