#include "agent/logs/system_journal.hpp"

#include "agent/logs/entry_fields.hpp"
#include "agent/logs/journal_handle.hpp"
#include "agent/logs/line_joiner.hpp"
#include "agent/systemd/unit_name.hpp"

namespace mcpctl::logs {
namespace {

class SystemJournal final : public Journal {
  public:
    explicit SystemJournal(const std::optional<InstanceId>& instance) : instance_(instance) {
        instance ? match(*instance) : match_output();
    }

    void refresh() override { journal_.refresh(); }
    int events() override { return journal_.events(); }
    void seek_begin() override { journal_.seek_begin(); }
    void seek_end() override { journal_.seek_end(); }
    void seek_time(WallTime time) override { journal_.seek_time(time); }
    void seek(const LogPosition& position) override { journal_.seek(position); }

    bool next() override {
        while (journal_.next()) {
            if (load() && is_ours(entry_.unit)) {
                return true;
            }
        }
        return false;
    }
    bool previous() override {
        while (journal_.previous()) {
            if (load() && is_ours(entry_.unit)) {
                return true;
            }
        }
        return false;
    }
    const JournalEntry& entry() const override { return entry_; }

  private:
    void match(const InstanceId& instance) {
        // The slice is missing on a few lines of short-lived units, the extra field can be forged (C9): either is a
        // hint, and the unit decides.
        journal_.match("_SYSTEMD_SLICE", systemd::slice_name(instance));
        journal_.otherwise();
        journal_.match("MCPCTL_INSTANCE", instance.text());
        journal_.otherwise();
        journal_.match("OBJECT_SYSTEMD_SLICE", systemd::slice_name(instance));
        journal_.match("MESSAGE_ID", dropped_message);
    }

    // No match fits all slices: what services write is looked at, and the unit decides.
    void match_output() {
        journal_.match("_TRANSPORT", "stdout");
        journal_.otherwise();
        journal_.match("MESSAGE_ID", dropped_message);
    }

    bool load() {
        if (!journal_.position(entry_.position)) {
            return false;
        }
        fields_.begin();
        journal_.for_each_field([this](std::string_view field) { fields_.take(field); });
        fields_.settle();
        return true;
    }

    bool is_ours(const std::string& unit) {
        if (unit == verified_ && !unit.empty()) {
            return true;
        }
        const auto workload = systemd::parse_unit_name(unit);
        const bool ours = workload && (!instance_ || workload->instance == *instance_);
        if (ours) {
            verified_ = unit;
        }
        return ours;
    }

    std::optional<InstanceId> instance_;
    JournalHandle journal_{longest_line + 64};
    JournalEntry entry_;
    EntryFields fields_{entry_};
    std::string verified_;
};

}  // namespace

std::unique_ptr<Journal> open_system_journal(const std::optional<InstanceId>& instance) {
    return std::make_unique<SystemJournal>(instance);
}

}  // namespace mcpctl::logs
