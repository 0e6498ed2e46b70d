#include "agent/logs/log_tally.hpp"

#include "agent/systemd/unit_name.hpp"
#include "base/worker.hpp"

namespace mcpctl::logs {
namespace {

// The rest of a flood is counted when somebody asks again: a page must not wait for it. 0.2 to 0.5 s of a worker.
constexpr std::size_t most_entries_at_once = 50'000;

}  // namespace

Task<LogCounts> LogTally::count(InstanceId instance) {
    if (updating_) {
        co_await updated_.wait_until(Clock::time_point::max());
    } else if (Clock::now() >= fresh_until_) {
        co_await update();
    }
    const auto found = counts_.find(instance);
    co_return found == counts_.end() ? LogCounts() : found->second;
}

Task<void> LogTally::update() {
    updating_ = true;
    for (const auto& [instance, more] : co_await on_worker(workers_, [this] { return read_on(); })) {
        LogCounts& counts = counts_[instance];
        counts.entries += more.entries;
        counts.suppressed += more.suppressed;
    }
    fresh_until_ = Clock::now() + freshness_;
    updating_ = false;
    updated_.notify();
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
    for (std::size_t count = 0; count < most_entries_at_once && journal_->next(); ++count) {
        const JournalEntry& entry = journal_->entry();
        if (const auto workload = systemd::parse_unit_name(entry.unit)) {
            LogCounts& counts = more[workload->instance];
            entry.suppressed > 0 ? counts.suppressed += entry.suppressed : ++counts.entries;
        }
    }
    return more;
}

}  // namespace mcpctl::logs
