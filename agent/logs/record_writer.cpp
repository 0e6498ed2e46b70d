#include "agent/logs/record_writer.hpp"

#include <array>
#include <chrono>
#include <format>
#include <utility>

#include "agent/core/enum_names.hpp"
#include "agent/logs/message_level.hpp"
#include "agent/systemd/unit_name.hpp"
#include "base/sanitiser.hpp"

namespace mcpctl::logs {
namespace {

constexpr WallTime second = 1'000'000;

std::string quoted_or_null(std::string_view text) {
    if (text.empty()) {
        return "null";
    }
    std::string quoted = "\"";
    append_as_json(quoted, text);
    return quoted + '"';
}

LogLevel level_of(const JournalEntry& entry) {
    if (const auto stated = level_in(entry.message)) {
        return *stated;
    }
    return entry.priority < 0 || entry.priority > int(LogLevel::debug) ? LogLevel::info : LogLevel(entry.priority);
}

// PID 1 joins both outputs of an HTTP server into one stream, and throws stdout of stdio servers away here because it
// belongs to their clients. What came in other ways was sent to the journal by the program itself.
std::string_view stream_of(const JournalEntry& entry) {
    if (!entry.from_output) {
        return "journal";
    }
    const auto workload = systemd::parse_unit_name(entry.unit);
    return workload && workload->process != 0 ? "stderr" : "output";
}

struct GapText {
    std::string_view reason;
    std::string_view explanation;
};

GapText text_of(GapReason reason) {
    switch (reason) {
        case GapReason::slow_reader:
            return {"slow-reader", "passed over because this reader was too slow"};
        case GapReason::suppressed:
            return {"suppressed", "dropped by the journal because there were too many at once"};
        case GapReason::vanished:
            break;
    }
    return {"vanished", "may be missing: the journal has removed what followed the given place"};
}

}  // namespace

RecordWriter::RecordWriter(const LogOwner& owner)
    : cursors_(owner.instance),
      owner_(std::format("\"instance\":\"{}\",\"profile\":{},\"server\":{}", owner.instance.text(),
                         quoted_or_null(owner.profile), quoted_or_null(owner.server))) {}

void RecordWriter::append_time(std::string& out, WallTime time) {
    if (second_text_.empty() || time / second != second_) {
        second_ = time / second;
        second_text_ =
            std::format("{{\"timestamp\":\"{:%FT%T}.", std::chrono::sys_seconds(std::chrono::seconds(second_)));
    }
    std::array<char, 6> digits{};
    WallTime rest = time % second;
    for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, rest /= 10) {
        *digit = char('0' + rest % 10);
    }
    out.append(second_text_).append(digits.data(), digits.size()).append("Z\",\"level\":\"");
}

const std::string& RecordWriter::origin(const JournalEntry& entry) {
    if (origin_.empty() || unit_ != entry.unit || from_output_ != entry.from_output) {
        unit_ = entry.unit;
        from_output_ = entry.from_output;
        origin_ = std::format("{}\",{},\"workload\":\"{}\",\"cursor\":\"", stream_of(entry), owner_, unit_);
    }
    return origin_;
}

void RecordWriter::append_end(std::string& out, LogRecord& record, const LogPosition& position) {
    cursors_.append(out, position);
    out.append("\"}\n");
    record.length = out.size() - record.begin;
}

LogRecord RecordWriter::append(std::string& out, const LogLine& line) {
    if (line.entry.suppressed > 0) {
        return append(
            out, Gap{GapReason::suppressed, line.entry.suppressed, line.entry.position, line.entry.position.realtime});
    }
    LogRecord record{.begin = out.size(), .level = level_of(line.entry)};
    append_time(out, line.entry.position.realtime);
    out.append(spelt(record.level)).append("\",\"message\":\"");
    record.message_begin = out.size();
    append_as_json(out, line.entry.message);
    out.append(line.cut ? "…[cut]" : "");
    record.message_length = out.size() - record.message_begin;
    out.append("\",\"stream\":\"").append(origin(line.entry));
    append_end(out, record, line.entry.position);
    return record;
}

LogRecord RecordWriter::append(std::string& out, const Gap& gap) {
    const auto [reason, explanation] = text_of(gap.reason);
    const std::string count = gap.lines ? std::to_string(*gap.lines) : "null";
    LogRecord record{.begin = out.size(), .level = LogLevel::warning, .is_gap = true};
    append_time(out, gap.time);
    out.append("warning\",\"message\":\"");
    record.message_begin = out.size();
    out.append(gap.lines ? std::format("{} lines were {}", count, explanation) : std::format("lines {}", explanation));
    record.message_length = out.size() - record.message_begin;
    out.append(
        std::format("\",\"stream\":\"gap\",{},\"workload\":null,\"gap\":{{\"reason\":\"{}\",\"lines\":{}}},"
                    "\"cursor\":\"",
                    owner_, reason, count));
    append_end(out, record, gap.after);
    return record;
}

}  // namespace mcpctl::logs
