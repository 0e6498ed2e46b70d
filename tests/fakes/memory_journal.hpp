// The entries of one instance, in memory, with the moves of a real journal.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <format>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "agent/logs/journal.hpp"
#include "base/unique_fd.hpp"

namespace mcpctl::test {

// What several readers share: a journal is written by one and read by others, here in threads.
class MemoryJournal {
  public:
    explicit MemoryJournal(InstanceId instance) : unit_(std::format("mcpctl-{}-1.service", instance.hex())) {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0) {
            events_.reset(ends[0]);
            ring_.reset(ends[1]);
        }
    }

    // A second per line.
    logs::JournalEntry entry(std::string message) {
        logs::JournalEntry made;
        made.message = std::move(message);
        made.unit = unit_;
        made.stream = "a";
        made.profile = "profile";
        made.server = "server";
        made.from_output = true;
        made.position = {{1}, ++number_, {2}, number_ * second, epoch + number_ * second};
        return made;
    }
    void add(logs::JournalEntry entry) {
        const std::lock_guard lock(mutex_);
        entries_.push_back(std::move(entry));
        (void)!::write(ring_.get(), "!", 1);
    }
    void write(std::string message) { add(entry(std::move(message))); }
    void write_lines(int from, int to) {
        for (int i = from; i <= to; ++i) {
            write(std::format("line {}", i));
        }
    }
    // Removes the oldest, as vacuuming does.
    void vacuum(std::size_t count) {
        const std::lock_guard lock(mutex_);
        entries_.erase(entries_.begin(), entries_.begin() + std::ptrdiff_t(count));
    }

    [[nodiscard]] std::unique_ptr<logs::Journal> open();

    static constexpr WallTime second = 1'000'000;
    static constexpr WallTime epoch = 1'700'000'000 * second;

  private:
    friend class MemoryJournalReader;

    std::mutex mutex_;
    std::string unit_;
    std::vector<logs::JournalEntry> entries_;
    std::uint64_t number_ = 0;
    UniqueFd events_;
    UniqueFd ring_;
};

class MemoryJournalReader final : public logs::Journal {
  public:
    explicit MemoryJournalReader(MemoryJournal& shared) : shared_(shared) {}

    void refresh() override {
        char bytes[256];
        while (::read(shared_.events_.get(), bytes, sizeof bytes) > 0) {
        }
    }
    int events() override { return shared_.events_.get(); }

    // The place is between the entries of numbers below and those from it on.
    void seek_begin() override { seek_number(0, false); }
    void seek_end() override { seek_number(UINT64_MAX, false); }
    void seek_time(WallTime time) override {
        const std::lock_guard lock(shared_.mutex_);
        const auto found = std::ranges::find_if(
            shared_.entries_, [&](const logs::JournalEntry& entry) { return entry.position.realtime >= time; });
        seek_number(found == shared_.entries_.end() ? shared_.number_ + 1 : found->position.number, false);
    }
    void seek(const logs::LogPosition& position) override { seek_number(position.number, true); }

    bool next() override {
        const std::lock_guard lock(shared_.mutex_);
        const auto found = from(place_);
        return found != shared_.entries_.end() && stand_on(*found, found->position.number + 1);
    }
    bool previous() override {
        const std::lock_guard lock(shared_.mutex_);
        const std::uint64_t end =
            standing_ != 0 ? standing_ : place_ + (backwards_includes_ && place_ < UINT64_MAX ? 1 : 0);
        auto found = from(end);
        if (found == shared_.entries_.begin()) {
            return false;
        }
        --found;
        return stand_on(*found, found->position.number + 1);
    }
    const logs::JournalEntry& entry() const override { return entry_; }

  private:
    [[nodiscard]] std::vector<logs::JournalEntry>::iterator from(std::uint64_t number) const {
        return std::ranges::lower_bound(shared_.entries_, number, {},
                                        [](const logs::JournalEntry& entry) { return entry.position.number; });
    }
    void seek_number(std::uint64_t number, bool backwards_includes) {
        place_ = number;
        standing_ = 0;
        backwards_includes_ = backwards_includes;
    }
    bool stand_on(const logs::JournalEntry& entry, std::uint64_t next) {
        entry_ = entry;
        place_ = next;
        standing_ = entry.position.number;
        return true;
    }

    MemoryJournal& shared_;
    logs::JournalEntry entry_;
    std::uint64_t place_ = 0;
    std::uint64_t standing_ = 0;  // number of the entry that it stands on; 0 after a seek
    bool backwards_includes_ = false;
};

inline std::unique_ptr<logs::Journal> MemoryJournal::open() {
    return std::make_unique<MemoryJournalReader>(*this);
}

}  // namespace mcpctl::test
