// How much each instance writes.
//
// The journal is read on only when somebody asks, so what nobody looks at costs nothing.
#pragma once

#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>

#include "agent/core/log_source.hpp"
#include "agent/logs/journal.hpp"
#include "base/async.hpp"

namespace mcpctl::logs {

struct TallyTerms {
    Clock::duration freshness = std::chrono::seconds(1);  // all who ask within it share one reading
    // What nobody has asked about for so long is forgotten: of instances that have gone, and where the journal has gone
    // too far to read it all.
    Clock::duration memory = std::chrono::minutes(10);
};

class LogTally {
  public:
    LogTally(asio::thread_pool& workers, OpenJournal open, TallyTerms terms = {})
        : workers_(workers), open_(std::move(open)), terms_(terms) {}

    Task<LogCounts> count(InstanceId instance);

  private:
    using Counts = std::map<InstanceId, LogCounts>;
    struct Counted {
        LogCounts counts;
        Clock::time_point asked;
    };

    Task<void> update();
    void forget();
    Counts read_on();

    asio::thread_pool& workers_;
    OpenJournal open_;
    TallyTerms terms_;
    std::unique_ptr<Journal> journal_;  // of whoever reads
    std::map<InstanceId, Counted> counted_;
    bool updating_ = false;
    std::optional<Clock::time_point> updated_at_;
    Condition updated_;
};

}  // namespace mcpctl::logs
