// Moving through a journal: what readers of logs and of the audit trail have in common.
#pragma once

#include "agent/core/instance.hpp"
#include "agent/logs/log_position.hpp"

namespace mcpctl::logs {

// Used by one thread at a time. A journal that cannot be read looks like an empty one.
class JournalWalk {
  public:
    virtual ~JournalWalk() = default;

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
};

}  // namespace mcpctl::logs
