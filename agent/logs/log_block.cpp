#include "agent/logs/log_block.hpp"

#include "base/sanitiser.hpp"

namespace mcpctl::logs {

// The cursor is the last member, and no string inside of JSON holds an unescaped quotation mark.
std::optional<LogPosition> position_of(std::string_view line, const InstanceId& instance) {
    constexpr std::string_view member = "\"cursor\":\"";
    const std::size_t found = line.rfind(member);
    if (found == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view rest = line.substr(found + member.size());
    const auto position = parse_cursor(rest.substr(0, rest.find('"')), instance);
    return position ? std::optional(*position) : std::nullopt;
}

LogFilter::LogFilter(const LogQuery& query) : level_(query.level) {
    append_as_json(needle_, query.grep);
}

bool LogFilter::lets_through(std::string_view text, const LogRecord& record) const {
    return record.is_gap ||
           (record.level <= level_ && text.substr(record.message_begin, record.message_length).contains(needle_));
}

}  // namespace mcpctl::logs
