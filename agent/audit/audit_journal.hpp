// The seam to the journal: where records of the audit trail go, and what of them is there.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "agent/core/audit.hpp"
#include "agent/logs/journal_walk.hpp"

namespace mcpctl::audit {

using logs::LogPosition;

// A record as the journal has it.
struct AuditEntry {
    AuditRecord record;
    std::string actor;         // user name
    std::string installation;  // whose numbers these are
    LogPosition position;
};

// What may still arrive: numbers from `first` on, of this installation and of its present numbering. Of earlier ones
// nothing does.
struct PendingRecords {
    std::string installation;
    std::uint64_t first = 0;
    std::uint64_t last = 0;  // that has been given
    WallTime since = 0;      // when it was; numbers above it are of records from then on

    // Whether one with this number may, that belongs before the other.
    [[nodiscard]] bool contain(std::uint64_t seq, const AuditEntry& before) const {
        const bool of_present_numbering = before.record.seq <= last || before.record.time >= since;
        return before.installation == installation && seq >= first && of_present_numbering;
    }
};

// Entries that the agent has sent, by journald's word, and nobody else's.
class AuditJournal : public logs::JournalWalk {
  public:
    // Of the latest move that returned true.
    [[nodiscard]] virtual const AuditEntry& entry() const = 0;

    // The record of that number, of the other's installation, that came behind it. Does not move.
    [[nodiscard]] virtual std::optional<AuditEntry> find_behind(const AuditEntry& entry, std::uint64_t seq) = 0;
};

using OpenAuditJournal = std::function<std::unique_ptr<AuditJournal>()>;

// journald's receiving end.
class AuditSink {
  public:
    virtual ~AuditSink() = default;

    // One entry in journald's native protocol. Does not wait: false where journald does not take it now. True is no
    // promise that it is written.
    virtual bool send(std::string_view entry) = 0;
    // Waits until journald has written what was sent before, to the disk. For a worker thread; false where it does not
    // answer.
    virtual bool settle() = 0;
};

}  // namespace mcpctl::audit
