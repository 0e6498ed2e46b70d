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

// What may still arrive: of this installation, numbers from this on. Of earlier ones nothing does.
struct PendingRecords {
    std::string installation;
    std::uint64_t first = 0;

    [[nodiscard]] bool contain(const std::string& installation_of, std::uint64_t seq) const {
        return installation_of == installation && seq >= first;
    }
};

// Entries that the agent has sent, by journald's word, and nobody else's.
class AuditJournal : public logs::JournalWalk {
  public:
    // Of the latest move that returned true.
    [[nodiscard]] virtual const AuditEntry& entry() const = 0;

    // The record of that number wherever it is. Does not move.
    [[nodiscard]] virtual std::optional<AuditEntry> find(const std::string& installation, std::uint64_t seq) = 0;
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
