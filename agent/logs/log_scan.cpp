#include "agent/logs/log_scan.hpp"

#include <utility>

namespace mcpctl::logs {
namespace {

// Callers wait 25 s for an answer.
constexpr auto search_patience = std::chrono::seconds(15);
// How often the clock is looked at.
constexpr std::uint64_t entries_between_looks = 256;
// journald cuts a line where its buffer ends, and the rest follows at once unless the writer pauses in mid-line.
constexpr WallTime fresh_for = 2'000'000;
// A page backwards ends at its cursor, so its beginning is chosen to fit: JSON and cursor make a line longer.
constexpr std::size_t longest_way_back = 2UL * 1024 * 1024;
constexpr std::size_t line_overhead = 512;

}  // namespace

LogScan::LogScan(std::unique_ptr<Journal> journal, const LogOwner& owner, const LogQuery& query)
    : journal_(std::move(journal)), writer_(owner), filter_(query), query_(query) {}

Result<void> LogScan::begin(const std::optional<LogPosition>& cursor) {
    journal_->refresh();
    if (query_.backward || query_.tail) {
        return go_back(query_.tail.value_or(query_.limit), query_.backward ? cursor : std::nullopt);
    }
    if (cursor) {
        begin_behind(*cursor);
    } else if (query_.since != 0) {
        journal_->seek_time(query_.since);
    } else {
        journal_->seek_begin();
    }
    return {};
}

std::optional<LogPosition> LogScan::begin_at_end() {
    journal_->refresh();
    journal_->seek_end();
    if (journal_->previous()) {
        last_ = journal_->entry().position;
    } else {
        journal_->seek_begin();
    }
    return last_;
}

void LogScan::begin_behind(const LogPosition& cursor) {
    last_ = cursor;
    journal_->seek(cursor);
    at_entry_ = journal_->next();
    if (at_entry_ && journal_->entry().position == cursor) {
        at_entry_ = false;
        return;
    }
    // Removed, and with it nobody knows what else.
    gap_ = Gap{GapReason::vanished, std::nullopt, cursor,
               at_entry_ ? journal_->entry().position.realtime : cursor.realtime};
}

void LogScan::seek_end(const std::optional<LogPosition>& end) {
    if (end) {
        journal_->seek(*end);
    } else if (query_.until != 0) {
        journal_->seek_time(query_.until + 1);
    } else {
        journal_->seek_end();
    }
}

// Stands then on the entry before the lines that are wanted.
Result<void> LogScan::go_back(std::uint64_t lines, const std::optional<LogPosition>& end) {
    seek_end(end);
    const auto deadline = Clock::now() + search_patience;
    std::size_t way = 0;
    for (std::uint64_t looked = 1; journal_->previous(); ++looked) {
        const JournalEntry& entry = journal_->entry();
        const WallTime time = entry.position.realtime;
        if ((end && !is_before(entry.position, *end)) || (query_.until != 0 && time > query_.until)) {
            continue;
        }
        if (time < query_.since) {
            return {};
        }
        // Of a line in pieces the last one counts.
        const bool too_far = query_.backward && way > longest_way_back;
        if (!entry.continues && matches(entry) && (too_far || lines-- == 0)) {
            more_before_ = true;
            last_ = entry.position;
            return {};
        }
        way += entry.message.size() + line_overhead;
        if (looked % entries_between_looks == 0 && Clock::now() > deadline) {
            return fail(ErrorCode::TimedOut, "too many lines had to be looked through", "tail",
                        "say since when, or ask for fewer lines");
        }
    }
    journal_->seek_begin();
    return {};
}

bool LogScan::matches(const JournalEntry& entry) {
    if (filter_.lets_all_through()) {
        return true;
    }
    scratch_.clear();
    const LogRecord record = writer_.append(scratch_, LogLine{entry, entry.position, false});
    return filter_.lets_through(scratch_, record);
}

bool LogScan::next() {
    return std::exchange(at_entry_, false) || journal_->next();
}

ScanEnd LogScan::read(LogBlock& block, const ScanLimits& limits) {
    if (gap_) {
        keep(block, writer_.append(block.text, *std::exchange(gap_, std::nullopt)));
    }
    for (std::uint64_t looked = 1; block.records.size() < limits.lines && block.text.size() < limits.bytes; ++looked) {
        if (!next()) {
            return ScanEnd::caught_up;
        }
        const JournalEntry& entry = journal_->entry();
        const bool behind = (limits.last && is_before(*limits.last, entry.position)) ||
                            (limits.end && !is_before(entry.position, *limits.end));
        if (behind || (limits.until != 0 && entry.position.realtime > limits.until)) {
            at_entry_ = true;
            return ScanEnd::reached;
        }
        const bool is_last = limits.last && entry.position == *limits.last;
        if (entry.position.realtime >= query_.since) {
            if (const LogLine* line = joiner_.add(entry)) {
                take(block, *line);
            }
        }
        if (is_last) {
            return ScanEnd::reached;
        }
        if (looked % entries_between_looks == 0 && Clock::now() > limits.deadline) {
            break;
        }
    }
    return ScanEnd::limit;
}

void LogScan::flush(LogBlock& block) {
    if (const LogLine* line = joiner_.flush()) {
        take(block, *line);
    }
}

bool LogScan::pending_is_fresh() const {
    const WallTime now = wall_time_now();
    return joiner_.pending() && !joiner_.overtaken() && now >= joiner_.pending_since() &&
           now - joiner_.pending_since() < fresh_for;
}

void LogScan::take(LogBlock& block, const LogLine& line) {
    if (!first_) {
        first_ = line.begin;
    }
    if (!last_ || is_before(*last_, line.entry.position)) {
        last_ = line.entry.position;
    }
    keep(block, writer_.append(block.text, line));
}

void LogScan::keep(LogBlock& block, const LogRecord& record) {
    if (filter_.lets_through(block.text, record)) {
        block.records.push_back(record);
    } else {
        block.text.resize(record.begin);
    }
}

}  // namespace mcpctl::logs
