// Numbers, progress and results of jobs.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "agent/core/registry.hpp"
#include "agent/core/store.hpp"
#include "base/async.hpp"

namespace mcpctl {

class Jobs {
  public:
    Jobs(asio::any_io_executor executor, Registry& registry, Store& store, JobId last_job)
        : executor_(std::move(executor)), registry_(registry), store_(store), last_(last_job) {}

    // A job record with the next number; not yet known to anybody.
    [[nodiscard]] Job make(JobKind kind, const InstanceId& instance);

    void progress(JobId id, std::string step);

    // How a job ended: no error means done.
    struct End {
        std::optional<Error> error = {};
        std::string progress = {};
        std::vector<std::string> last_lines = {};
    };
    // The record as it will stand in the store. The caller commits it, and announces it when it is safe.
    [[nodiscard]] Job ended(JobId id, End end) const;
    void announce_end(Job ended);
    // Takes over a job that had ended before the agent was started.
    void keep_readable(JobId id);

    // Jobs that ended stay readable for this long, and not more than this many.
    static constexpr auto readable_for = std::chrono::minutes(10);
    static constexpr std::size_t readable_count = 500;

  private:
    struct Readable {
        JobId id;
        Clock::time_point until;
    };
    void forget_oldest();
    Task<void> forget_in_time();

    asio::any_io_executor executor_;
    Registry& registry_;
    Store& store_;
    JobId last_;
    std::deque<Readable> ended_;  // the oldest first
    bool forgetting_ = false;
};

}  // namespace mcpctl
