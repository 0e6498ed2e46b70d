#include "agent/core/jobs.hpp"

#include <utility>

namespace mcpctl {

Job Jobs::make(JobKind kind, const InstanceId& instance) {
    Job job;
    job.id = ++last_;
    job.kind = kind;
    job.instance = instance;
    job.created_at = wall_time_now();
    return job;
}

void Jobs::progress(JobId id, std::string step) {
    registry_.update_job(id, [&](Job& job) { job.progress = std::move(step); });
}

Job Jobs::ended(JobId id, End end) const {
    Job job = *registry_.job(id);
    job.state = !end.error                               ? JobState::done
                : end.error->code == ErrorCode::Canceled ? JobState::canceled
                                                         : JobState::failed;
    job.error = std::move(end.error);
    job.progress = std::move(end.progress);
    job.last_lines = std::move(end.last_lines);
    job.finished_at = wall_time_now();
    return job;
}

void Jobs::announce_end(Job ended) {
    const JobId id = ended.id;
    registry_.update_job(id, [&](Job& job) { job = std::move(ended); });
    keep_readable(id);
}

void Jobs::keep_readable(JobId id) {
    ended_.push_back({id, Clock::now() + readable_for});
    if (ended_.size() > readable_count) {
        forget_oldest();
    }
    if (!std::exchange(forgetting_, true)) {
        spawn_detached(executor_, "forgetting jobs", forget_in_time());
    }
}

void Jobs::forget_oldest() {
    const JobId id = ended_.front().id;
    ended_.pop_front();
    registry_.forget_job(id);
    store_.commit_later({RemoveJob{id}});
}

// One timer for all: one for each job would outlive the jobs that are forgotten because there are too many.
Task<void> Jobs::forget_in_time() {
    while (!ended_.empty() && co_await wait_for(ended_.front().until - Clock::now())) {
        while (!ended_.empty() && ended_.front().until <= Clock::now()) {
            forget_oldest();
        }
    }
    forgetting_ = false;
}

}  // namespace mcpctl
