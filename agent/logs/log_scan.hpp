// One way through the log of an instance: finds where it begins, and reads forward from there.
#pragma once

#include <memory>
#include <optional>

#include "agent/logs/journal.hpp"
#include "agent/logs/line_joiner.hpp"
#include "agent/logs/log_block.hpp"
#include "agent/logs/record_writer.hpp"
#include "base/async.hpp"

namespace mcpctl::logs {

struct ScanLimits {
    std::size_t lines = 0;
    std::size_t bytes = 0;
    std::optional<LogPosition> last = {};  // not further than this entry
    std::optional<LogPosition> end = {};   // not so far as this one
    WallTime until = 0;
    Clock::time_point deadline = Clock::time_point::max();
};

enum class ScanEnd : std::uint8_t {
    limit,      // there may be more
    caught_up,  // the journal has no more now
    reached,    // `last`, `end` or `until`
};

class LogScan {
  public:
    LogScan(std::unique_ptr<Journal> journal, const LogOwner& owner, const LogQuery& query);

    // Where the scan begins. TimedOut when looking for the last lines that match took too long. To be called once, or
    // begin_at_end() in its place.
    Result<void> begin(const std::optional<LogPosition>& cursor);
    // Behind what is there; nothing where the log is empty.
    std::optional<LogPosition> begin_at_end();

    // Appends what comes next, and passes the filter, to the block.
    ScanEnd read(LogBlock& block, const ScanLimits& limits);
    // What is there of a line whose end has not come.
    void flush(LogBlock& block);

    // Lines before the beginning match too.
    [[nodiscard]] bool more_before() const { return more_before_; }
    // The first line's first piece.
    [[nodiscard]] const std::optional<LogPosition>& first() const { return first_; }
    // Going on behind this leaves nothing out and repeats nothing.
    [[nodiscard]] const std::optional<LogPosition>& last() const { return last_; }
    // A line is under way. Fresh: its end may be. Overtaken: who goes on behind last() has lost its beginning.
    [[nodiscard]] bool pending() const { return joiner_.pending(); }
    [[nodiscard]] bool pending_is_fresh() const;
    [[nodiscard]] bool pending_is_overtaken() const { return joiner_.pending() && joiner_.overtaken(); }
    [[nodiscard]] Journal& journal() { return *journal_; }

  private:
    void begin_behind(const LogPosition& cursor);
    void seek_end(const std::optional<LogPosition>& end);
    Result<void> go_back(std::uint64_t lines, const std::optional<LogPosition>& end);
    bool matches(const JournalEntry& entry);
    bool next();
    void take(LogBlock& block, const LogLine& line);
    void keep(LogBlock& block, const LogRecord& record);

    std::unique_ptr<Journal> journal_;
    RecordWriter writer_;
    LogFilter filter_;
    LineJoiner joiner_;
    LogQuery query_;
    bool at_entry_ = false;  // the journal stands on an entry that was not taken yet
    std::optional<Gap> gap_;
    std::optional<LogPosition> first_;
    std::optional<LogPosition> last_;
    bool more_before_ = false;
    std::string scratch_;
};

}  // namespace mcpctl::logs
