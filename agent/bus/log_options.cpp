#include "agent/bus/log_options.hpp"

#include <algorithm>

#include "agent/core/enum_names.hpp"

namespace mcpctl::bus {
namespace {

constexpr std::uint64_t usual_tail = 50;

Result<void> take_level(Options& given, LogLevel& level) {
    const auto text = given.take<std::string>("level");
    if (!text) {
        return {};
    }
    const auto parsed = parse_enum<LogLevel>(*text);
    if (!parsed) {
        return fail(ErrorCode::InvalidArgument, std::format("{} is no level", shown(*text)), "level",
                    "one of " + spellings<LogLevel>());
    }
    level = *parsed;
    return {};
}

// What both have in common.
Result<LogQuery> take_query(Options& given) {
    LogQuery query;
    query.tail = given.take<std::uint64_t>("tail");
    query.cursor = given.take<std::string>("cursor").value_or("");
    query.grep = given.take<std::string>("grep").value_or("");
    if (auto taken = take_level(given, query.level); !taken) {
        return std::unexpected(taken.error());
    }
    if (auto taken = take_time(given, "since", query.since); !taken) {
        return std::unexpected(taken.error());
    }
    return query;
}

Result<LogQuery> checked(LogQuery query) {
    if (query.grep.size() > longest_grep) {
        return fail(ErrorCode::LimitsExceeded, std::format("more than {} bytes", longest_grep), "grep");
    }
    if (query.tail && !query.cursor.empty()) {
        return fail(ErrorCode::InvalidArgument, "a page goes on at a cursor or shows the last lines, not both", "tail");
    }
    if (!query.tail && !query.backward && query.cursor.empty() && query.since == 0) {
        query.tail = usual_tail;
    }
    return query;
}

}  // namespace

Result<void> take_time(Options& given, const std::string& key, WallTime& time) {
    const auto text = given.take<std::string>(key);
    if (!text) {
        return {};
    }
    // 0 would mean that no time was given.
    return parse_time(*text, wall_time_now(), key).transform([&time](WallTime parsed) {
        time = std::max<WallTime>(parsed, 1);
    });
}

Result<void> finish_page(Options& given, std::size_t& limit, WallTime& until, std::string_view what) {
    limit = given.take<std::uint32_t>("limit").value_or(limit);
    if (auto taken = take_time(given, "until", until); !taken) {
        return taken;
    }
    if (auto known = given.finish(); !known) {
        return known;
    }
    if (limit == 0 || limit > longest_page) {
        return fail(ErrorCode::LimitsExceeded, std::format("a page has 1 to {} {}", longest_page, what), "limit");
    }
    return {};
}

Result<LogQuery> page_query(OptionMap options) {
    Options given(std::move(options));
    auto query = take_query(given);
    if (!query) {
        return query;
    }
    query->backward = given.take<bool>("backward").value_or(false);
    if (auto finished = finish_page(given, query->limit, query->until, "lines"); !finished) {
        return std::unexpected(finished.error());
    }
    if (query->backward && query->tail) {
        return fail(ErrorCode::InvalidArgument, "a page backwards is as long as its limit", "tail");
    }
    return checked(*std::move(query));
}

Result<LogQuery> follow_query(OptionMap options) {
    Options given(std::move(options));
    auto query = take_query(given);
    if (!query) {
        return query;
    }
    if (auto known = given.finish(); !known) {
        return std::unexpected(known.error());
    }
    return checked(*std::move(query));
}

}  // namespace mcpctl::bus
