#include "agent/logs/log_tally.hpp"

#include "agent/systemd/unit_name.hpp"
#include "base/worker.hpp"

namespace mcpctl::logs {
namespace {

// The rest of a flood is counted when somebody asks again: who asks for metrics does not wait for it.
constexpr auto longest_reading = std::chrono::seconds(1);
// How often the clock is looked at.
constexpr std::uint64_t entries_between_looks = 256;

}  // namespace

Task<LogCounts> LogTally::count(InstanceId instance) {
    if (updating_) {
        co_await updated_.wait_until(Clock::time_point::max());
    } else if (!updated_at_ || Clock::now() - *updated_at_ >= terms_.freshness) {
        co_await update();
    }
    Counted& own = counted_[instance];
    own.asked = Clock::now();
    co_return own.counts;
}

Task<void> LogTally::update() {
    updating_ = true;
    forget();
    const auto begin = Clock::now();
    for (const auto& [instance, more] : co_await on_worker(workers_, [this] { return read_on(); })) {
        LogCounts& counts = counted_.try_emplace(instance, Counted{{}, begin}).first->second.counts;
        counts.entries += more.entries;
        counts.suppressed += more.suppressed;
    }
    updated_at_ = Clock::now();
    updating_ = false;
    updated_.notify();
}

void LogTally::forget() {
    const auto oldest = Clock::now() - terms_.memory;
    if (updated_at_ < oldest) {
        journal_.reset();
    }
    std::erase_if(counted_, [&](const auto& entry) { return entry.second.asked < oldest; });
}

LogTally::Counts LogTally::read_on() {
    Counts more;
    if (!journal_) {
        journal_ = open_(std::nullopt);
        // Not by its end: looking for the last entry of ours could take it through all that others have written.
        journal_->seek_time(wall_time_now());
        return more;
    }
    journal_->refresh();
    const auto deadline = Clock::now() + longest_reading;
    for (std::uint64_t looked = 1; journal_->next(); ++looked) {
        const JournalEntry& entry = journal_->entry();
        if (const auto workload = systemd::parse_unit_name(entry.unit)) {
            LogCounts& counts = more[workload->instance];
            entry.suppressed > 0 ? counts.suppressed += entry.suppressed : ++counts.entries;
        }
        if (looked % entries_between_looks == 0 && Clock::now() >= deadline) {
            break;
        }
    }
    return more;
}

}  // namespace mcpctl::logs
