// Lines as they leave the agent, many in one piece of memory.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/log_query.hpp"
#include "agent/logs/log_position.hpp"

namespace mcpctl::logs {

struct LogRecord {
    std::size_t begin = 0;  // in the block's text: a JSON object and a newline
    std::size_t length = 0;
    std::size_t message_begin = 0;  // the inside of its "message"
    std::size_t message_length = 0;
    LogLevel level = LogLevel::info;
    bool is_gap = false;  // lines that are missing: told whatever the filter
};

struct LogBlock {
    std::string text = {};
    std::vector<LogRecord> records = {};
    std::uint64_t first_line = 0;            // in a feed: how many came before
    std::optional<LogPosition> before = {};  // what the entry before it was; none at the beginning of the journal

    [[nodiscard]] std::string_view line(const LogRecord& record) const {
        return std::string_view(text).substr(record.begin, record.length);
    }
};

// Of a line as it stands in a block; nothing where it has no cursor.
[[nodiscard]] std::optional<LogPosition> position_of(std::string_view line, const InstanceId& instance);

// What of it is asked for.
class LogFilter {
  public:
    explicit LogFilter(const LogQuery& query);

    [[nodiscard]] bool lets_through(std::string_view text, const LogRecord& record) const;
    [[nodiscard]] bool lets_all_through() const { return level_ == LogLevel::debug && needle_.empty(); }

  private:
    LogLevel level_;
    std::string needle_;  // as it would stand in JSON, so that records need not be read back
};

}  // namespace mcpctl::logs
