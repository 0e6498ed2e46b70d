// How much each instance writes.
//
// The journal is read on only when somebody asks, so what nobody looks at costs nothing. All who ask within the
// freshness share one reading.
#pragma once

#include <boost/asio/thread_pool.hpp>
#include <cstdint>
#include <map>
#include <memory>

#include "agent/core/log_source.hpp"
#include "agent/logs/journal.hpp"
#include "base/async.hpp"

namespace mcpctl::logs {

class LogTally {
  public:
    LogTally(asio::thread_pool& workers, OpenJournal open, Clock::duration freshness = std::chrono::seconds(1))
        : workers_(workers), open_(std::move(open)), freshness_(freshness) {}

    Task<LogCounts> count(InstanceId instance);
    // The instance has gone.
    void forget(const InstanceId& instance) { counts_.erase(instance); }

  private:
    using Counts = std::map<InstanceId, LogCounts>;

    Task<void> update();
    Counts read_on();

    asio::thread_pool& workers_;
    OpenJournal open_;
    Clock::duration freshness_;
    std::unique_ptr<Journal> journal_;  // of whoever reads
    Counts counts_;
    bool updating_ = false;
    Clock::time_point fresh_until_;
    Condition updated_;
};

}  // namespace mcpctl::logs
