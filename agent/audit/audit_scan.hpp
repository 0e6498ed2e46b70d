// One way through the audit trail. Delivery into the journal is at least once and not always in order; what comes out
// here is each record once, in the order of the numbers, and a word about numbers that are missing.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/audit/audit_json.hpp"
#include "agent/core/audit_query.hpp"
#include "base/async.hpp"

namespace mcpctl::audit {

struct AuditLimits {
    std::size_t records = 0;
    PendingRecords pending;
    Clock::time_point deadline = Clock::time_point::max();
};

enum class AuditEnd : std::uint8_t {
    limit,      // there may be more
    caught_up,  // the journal has no more now
    waiting,    // it has, and a number before it is still to arrive
};

class AuditScan {
  public:
    AuditScan(std::unique_ptr<AuditJournal> journal, AuditQuery query)
        : journal_(std::move(journal)), query_(std::move(query)) {}

    // Where it begins. To be called once. TimedOut when looking for the last records took too long.
    Result<void> begin(const std::optional<AuditCursor>& cursor);
    // Adds what comes next: JSON objects, each with its newline.
    AuditEnd read(std::vector<std::string>& lines, const AuditLimits& limits);

    // Going on behind this leaves nothing out and repeats nothing; nothing where it has not come anywhere.
    [[nodiscard]] std::optional<AuditCursor> cursor() const { return begun_ ? std::optional(behind_) : std::nullopt; }
    [[nodiscard]] AuditJournal& journal() { return *journal_; }

  private:
    void begin_behind(const AuditCursor& cursor);
    class WayBack;
    Result<void> go_back(std::uint64_t records);
    std::uint64_t before_first(const AuditEntry& entry);
    // False where one of them may still arrive.
    bool fill(std::vector<std::string>& lines, const AuditEntry& next, const PendingRecords& pending);
    void tell_gap(std::vector<std::string>& lines, const AuditEntry& next);
    void take(std::vector<std::string>& lines, const AuditEntry& entry);
    void stand_behind(const AuditEntry& entry);
    [[nodiscard]] bool wanted(const AuditEntry& entry) const;

    std::unique_ptr<AuditJournal> journal_;
    AuditQuery query_;
    bool at_entry_ = false;  // the journal stands on an entry that was not taken yet
    bool begun_ = false;
    AuditCursor behind_;        // its number: 0 where none has come yet
    std::string installation_;  // whose numbers these are
    std::optional<AuditGap> gap_;
};

}  // namespace mcpctl::audit
