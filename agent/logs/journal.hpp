// The seam to the journal's files: the entries of one instance, and nobody else's.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "agent/logs/log_position.hpp"

namespace mcpctl::logs {

struct JournalEntry {
    LogPosition position;
    std::string message;
    std::string unit;     // journald's word, and verified to be one of the instance
    std::string stream;   // which connection to journald an output line came by; empty for other ways
    std::string profile;  // believed only where from_output holds
    std::string server;
    int priority = 6;
    bool from_output = false;      // stdout or stderr: all fields are journald's own
    bool continues = false;        // the rest of the line is in a later entry of the same stream
    std::uint64_t suppressed = 0;  // not a line: journald says that it dropped so many
};

// Used by one thread at a time. A journal that cannot be read looks like an empty one.
class Journal {
  public:
    virtual ~Journal() = default;

    // Takes note of what was written, and of files that came and went, since the last time.
    virtual void refresh() = 0;
    // Readable when refresh() has something to note.
    [[nodiscard]] virtual int events() = 0;

    // After these, next() and previous() give what lies behind or before the place.
    virtual void seek_begin() = 0;
    virtual void seek_end() = 0;
    virtual void seek_time(WallTime time) = 0;
    // next() and previous() give the entry itself first, where it is still there.
    virtual void seek(const LogPosition& position) = 0;

    // False at the end.
    virtual bool next() = 0;
    virtual bool previous() = 0;
    // Of the latest move that returned true.
    [[nodiscard]] virtual const JournalEntry& entry() const = 0;
};

using OpenJournal = std::function<std::unique_ptr<Journal>(const InstanceId&)>;

}  // namespace mcpctl::logs
