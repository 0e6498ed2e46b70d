// Lines as JSON objects. On the path of every line: text is written straight into place, and what lines have in common
// is made once.
#pragma once

#include <string>

#include "agent/logs/line_joiner.hpp"
#include "agent/logs/log_block.hpp"

namespace mcpctl::logs {

enum class GapReason : std::uint8_t {
    slow_reader,  // a follower did not take them in time
    suppressed,   // journald dropped them: more than the unit's limit
    vanished,     // the journal has removed them
};

struct Gap {
    GapReason reason = GapReason::vanished;
    std::optional<std::uint64_t> lines = {};  // where it is known
    LogPosition after;                        // going on behind this leaves nothing out and repeats nothing
    WallTime time = 0;
};

class RecordWriter {
  public:
    explicit RecordWriter(const LogOwner& owner);

    LogRecord append(std::string& out, const LogLine& line);
    LogRecord append(std::string& out, const Gap& gap);

  private:
    void append_time(std::string& out, WallTime time);
    void append_end(std::string& out, LogRecord& record, const LogPosition& position);
    const std::string& origin(const JournalEntry& entry);

    CursorWriter cursors_;
    std::string owner_;  // members instance, profile and server
    // Of the latest line, since the next one is likely of the same.
    std::string unit_;
    bool from_output_ = false;
    std::string origin_;
    WallTime second_ = 0;
    std::string second_text_;
};

}  // namespace mcpctl::logs
