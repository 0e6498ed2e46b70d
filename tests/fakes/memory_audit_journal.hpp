// journald in memory: it takes entries in its native protocol, unless it is away or drops them, and gives them back.
#pragma once

#include <algorithm>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <vector>

#include "agent/audit/audit_fields.hpp"
#include "agent/audit/audit_journal.hpp"

namespace mcpctl::test {

class MemoryAuditJournal final : public audit::AuditSink {
  public:
    bool send(std::string_view entry) override {
        const std::lock_guard lock(mutex_);
        if (away_) {
            ++refused_;
            return false;
        }
        ++taken_;
        if (to_drop_ > 0) {
            --to_drop_;
            return true;
        }
        audit::AuditEntry made;
        std::istringstream lines{std::string(entry)};
        for (std::string line; std::getline(lines, line);) {
            audit::take_field(made, line);
        }
        place(std::move(made));
        return true;
    }
    bool settle() override {
        const std::lock_guard lock(mutex_);
        return !away_;
    }

    void add(audit::AuditEntry entry) {
        const std::lock_guard lock(mutex_);
        place(std::move(entry));
    }
    // The next so many that are sent.
    void drop(int count) {
        const std::lock_guard lock(mutex_);
        to_drop_ = count;
    }
    void be_away(bool away) {
        const std::lock_guard lock(mutex_);
        away_ = away;
    }
    [[nodiscard]] int taken() {
        const std::lock_guard lock(mutex_);
        return taken_;
    }
    [[nodiscard]] int refused() {
        const std::lock_guard lock(mutex_);
        return refused_;
    }
    [[nodiscard]] std::vector<audit::AuditEntry> entries() {
        const std::lock_guard lock(mutex_);
        return entries_;
    }
    [[nodiscard]] std::vector<std::uint64_t> numbers() {
        std::vector<std::uint64_t> numbers;
        for (const audit::AuditEntry& entry : entries()) {
            numbers.push_back(entry.record.seq);
        }
        return numbers;
    }
    [[nodiscard]] audit::OpenAuditJournal opener();

  private:
    void place(audit::AuditEntry entry) {
        const std::uint64_t number = entries_.size() + 1;
        const WallTime received =
            entries_.empty() ? entry.record.time : std::max(entries_.back().position.realtime, entry.record.time);
        entry.position = {{1}, number, {2}, number, received};
        entries_.push_back(std::move(entry));
    }

    std::mutex mutex_;
    std::vector<audit::AuditEntry> entries_;
    int to_drop_ = 0;
    int taken_ = 0;
    int refused_ = 0;  // while it was away
    bool away_ = false;
};

class MemoryAuditReader final : public audit::AuditJournal {
  public:
    explicit MemoryAuditReader(MemoryAuditJournal& shared) : shared_(shared) {}

    void refresh() override {}
    int events() override { return -1; }
    void seek_begin() override { stand_before(0); }
    void seek_end() override { stand_before(shared_.entries().size()); }
    void seek_time(WallTime time) override {
        const auto all = shared_.entries();
        const auto found =
            std::ranges::find_if(all, [&](const audit::AuditEntry& entry) { return entry.position.realtime >= time; });
        stand_before(std::size_t(found - all.begin()));
    }
    void seek(const logs::LogPosition& position) override { stand_before(std::size_t(position.number - 1)); }
    bool next() override {
        const auto all = shared_.entries();
        if (next_ >= all.size()) {
            return false;
        }
        entry_ = all[next_++];
        at_ = next_;
        return true;
    }
    bool previous() override {
        const std::size_t end = at_ != 0 ? at_ - 1 : next_;
        if (end == 0) {
            return false;
        }
        entry_ = shared_.entries()[end - 1];
        at_ = end;
        next_ = end;
        return true;
    }
    const audit::AuditEntry& entry() const override { return entry_; }
    std::optional<audit::AuditEntry> find_behind(const audit::AuditEntry& entry, std::uint64_t seq) override {
        for (const audit::AuditEntry& other : shared_.entries()) {
            if (other.record.seq == seq && other.installation == entry.installation &&
                other.position.number > entry.position.number) {
                return other;
            }
        }
        return std::nullopt;
    }

  private:
    void stand_before(std::size_t next) {
        next_ = next;
        at_ = 0;
    }

    MemoryAuditJournal& shared_;
    std::size_t next_ = 0;
    std::size_t at_ = 0;  // the entry it stands on, counted from 1; 0: none
    audit::AuditEntry entry_;
};

inline audit::OpenAuditJournal MemoryAuditJournal::opener() {
    return [this] { return std::make_unique<MemoryAuditReader>(*this); };
}

}  // namespace mcpctl::test
