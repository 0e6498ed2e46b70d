#include "agent/logs/line_joiner.hpp"

#include <algorithm>
#include <utility>

namespace mcpctl::logs {

const LogLine* LineJoiner::add(const JournalEntry& entry) {
    latest_ = entry.position;
    const bool same = pending_ && entry.stream == joined_.entry.stream && entry.unit == joined_.entry.unit;
    if (!pending_ && entry.continues) {
        begin(entry);
        return nullptr;
    }
    if (!same && entry.continues) {
        std::swap(single_, joined_);
        single_.cut = true;
        begin(entry);
        return &single_;
    }
    if (!same) {
        overtaken_ = overtaken_ || pending_;
        return single(entry);
    }
    append(entry);
    if (entry.continues) {
        return nullptr;
    }
    pending_ = false;
    return &joined_;
}

const LogLine* LineJoiner::flush() {
    if (!pending_) {
        return nullptr;
    }
    pending_ = false;
    joined_.cut = true;
    joined_.entry.position = latest_;
    return &joined_;
}

const LogLine* LineJoiner::single(const JournalEntry& entry) {
    single_.entry = entry;
    single_.begin = entry.position;
    single_.cut = entry.message.size() > longest_line;
    single_.entry.message.resize(std::min(entry.message.size(), longest_line));
    return &single_;
}

void LineJoiner::begin(const JournalEntry& entry) {
    joined_.entry = entry;
    joined_.begin = entry.position;
    joined_.cut = false;
    pending_ = true;
    overtaken_ = false;
}

void LineJoiner::append(const JournalEntry& entry) {
    std::string& message = joined_.entry.message;
    const std::size_t room = longest_line - std::min(longest_line, message.size());
    joined_.cut = joined_.cut || entry.message.size() > room;
    message.append(entry.message, 0, room);
    joined_.entry.position = entry.position;
}

}  // namespace mcpctl::logs
