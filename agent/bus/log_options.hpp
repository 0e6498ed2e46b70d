// What GetLogs and FollowLogs are asked for.
#pragma once

#include "agent/bus/options.hpp"
#include "agent/core/log_query.hpp"

namespace mcpctl::bus {

[[nodiscard]] Result<LogQuery> page_query(OptionMap options);
[[nodiscard]] Result<LogQuery> follow_query(OptionMap options);

// A time in one of the forms of parse_time(), where it is given.
[[nodiscard]] Result<void> take_time(Options& given, const std::string& key, WallTime& time);

// The end of what a page is asked for: its limit and until. Refuses what is left. `what` a page has: lines or records.
[[nodiscard]] Result<void> finish_page(Options& given, std::size_t& limit, WallTime& until, std::string_view what);

}  // namespace mcpctl::bus
