#include "agent/audit/system_audit_journal.hpp"

#include <systemd/sd-login.h>

#include <cstdlib>

#include "agent/audit/audit_fields.hpp"
#include "agent/logs/journal_handle.hpp"

namespace mcpctl::audit {
namespace {

// Longer than any that we send.
constexpr std::size_t longest_field = 8UL * 1024;

std::string own_unit() {
    char* raw = nullptr;
    if (sd_pid_get_unit(0, &raw) < 0) {
        return "mcpctl-agent.service";
    }
    const std::unique_ptr<char, decltype(&std::free)> unit(raw, std::free);
    return unit.get();
}

class SystemAuditJournal final : public AuditJournal {
  public:
    SystemAuditJournal() { match(journal_); }

    void refresh() override { journal_.refresh(); }
    int events() override { return journal_.events(); }
    void seek_begin() override { journal_.seek_begin(); }
    void seek_end() override { journal_.seek_end(); }
    void seek_time(WallTime time) override { journal_.seek_time(time); }
    void seek(const LogPosition& position) override { journal_.seek(position); }
    bool next() override {
        while (journal_.next()) {
            if (load(journal_, entry_)) {
                return true;
            }
        }
        return false;
    }
    bool previous() override {
        while (journal_.previous()) {
            if (load(journal_, entry_)) {
                return true;
            }
        }
        return false;
    }
    const AuditEntry& entry() const override { return entry_; }

    std::optional<AuditEntry> find_behind(const AuditEntry& entry, std::uint64_t seq) override {
        if (!finder_) {
            finder_ = std::make_unique<logs::JournalHandle>(longest_field);
        }
        finder_->forget_matches();
        match(*finder_);
        finder_->match("MCPCTL_SEQ", std::to_string(seq));
        finder_->match("MCPCTL_INSTALLATION", entry.installation);
        finder_->refresh();
        finder_->seek(entry.position);
        AuditEntry found;
        while (finder_->next()) {
            if (load(*finder_, found) && logs::is_before(entry.position, found.position)) {
                return found;
            }
        }
        return std::nullopt;
    }

  private:
    void match(logs::JournalHandle& journal) const {
        journal.match("_SYSTEMD_UNIT", unit_);
        journal.match("MCPCTL_AUDIT", "1");
    }

    static bool load(const logs::JournalHandle& journal, AuditEntry& entry) {
        entry = {};
        if (!journal.position(entry.position)) {
            return false;
        }
        journal.for_each_field([&entry](std::string_view field) { take_field(entry, field); });
        return true;
    }

    std::string unit_ = own_unit();
    logs::JournalHandle journal_{longest_field};
    std::unique_ptr<logs::JournalHandle> finder_;
    AuditEntry entry_;
};

}  // namespace

std::unique_ptr<AuditJournal> open_system_audit_journal() {
    return std::make_unique<SystemAuditJournal>();
}

}  // namespace mcpctl::audit
