// Puts lines together that journald has split.
#pragma once

#include <cstddef>
#include <optional>

#include "agent/logs/journal.hpp"

namespace mcpctl::logs {

// What is longer is cut, and the line says so.
constexpr std::size_t longest_line = 1024UL * 1024;

// A whole line: the entry of its last piece, with the message of all of them.
struct LogLine {
    JournalEntry entry;
    LogPosition begin;  // of the first piece
    bool cut = false;
};

// One line at a time is put together, which is how journald delivers them unless many processes write long lines at
// once; then the pieces come out one by one.
class LineJoiner {
  public:
    // Takes an entry; gives the line that it completes. The reference is good until the next call.
    const LogLine* add(const JournalEntry& entry);
    // The line under way, as far as it came. Its place is that of the latest entry.
    const LogLine* flush();

    [[nodiscard]] bool pending() const { return pending_; }
    // When its latest piece was written.
    [[nodiscard]] WallTime pending_since() const { return joined_.entry.position.realtime; }
    // Lines of others have been given since it began: going on behind them would lose its beginning.
    [[nodiscard]] bool overtaken() const { return overtaken_; }

  private:
    const LogLine* single(const JournalEntry& entry);
    void begin(const JournalEntry& entry);
    void append(const JournalEntry& entry);

    LogLine joined_;
    LogLine single_;
    LogPosition latest_;
    bool pending_ = false;
    bool overtaken_ = false;
};

}  // namespace mcpctl::logs
