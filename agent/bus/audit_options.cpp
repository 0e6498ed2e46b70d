#include "agent/bus/audit_options.hpp"

#include "agent/bus/log_options.hpp"
#include "agent/core/enum_names.hpp"

namespace mcpctl::bus {
namespace {

constexpr std::uint64_t usual_tail = 50;

template <class E>
Result<void> take_choice(Options& given, const std::string& key, std::optional<E>& choice) {
    const auto text = given.take<std::string>(key);
    if (!text) {
        return {};
    }
    choice = parse_enum<E>(*text);
    if (!choice) {
        return fail(ErrorCode::InvalidArgument, std::format("{} is no {}", shown(*text), key), key,
                    "one of " + spellings<E>());
    }
    return {};
}

// What both have in common.
Result<AuditQuery> take_query(Options& given) {
    AuditQuery query;
    query.tail = given.take<std::uint64_t>("tail");
    query.cursor = given.take<std::string>("cursor").value_or("");
    query.instance = given.take<std::string>("instance").value_or("");
    query.actor = given.take<std::string>("actor").value_or("");
    for (const auto& taken : {take_choice(given, "action", query.action), take_choice(given, "result", query.result),
                              take_time(given, "since", query.since)}) {
        if (!taken) {
            return std::unexpected(taken.error());
        }
    }
    return query;
}

Result<AuditQuery> checked(AuditQuery query) {
    if (query.tail && !query.cursor.empty()) {
        return fail(ErrorCode::InvalidArgument, "a page goes on at a cursor or shows the last records, not both",
                    "tail");
    }
    if (!query.tail && query.cursor.empty() && query.since == 0) {
        query.tail = usual_tail;
    }
    return query;
}

}  // namespace

Result<AuditQuery> audit_page_query(OptionMap options) {
    Options given(std::move(options));
    auto query = take_query(given);
    if (!query) {
        return query;
    }
    if (auto finished = finish_page(given, query->limit, query->until, "records"); !finished) {
        return std::unexpected(finished.error());
    }
    return checked(*std::move(query));
}

Result<AuditQuery> audit_follow_query(OptionMap options) {
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
