#include "agent/core/jobs.hpp"

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
    ended_.push_back(id);
    if (ended_.size() > readable_count) {
        forget(ended_.front());
        ended_.erase(ended_.begin());
    }
    spawn_detached(executor_, "forgetting a job", forget_later(id));
}

void Jobs::forget(JobId id) {
    registry_.forget_job(id);
    store_.commit_later({RemoveJob{id}});
}

Task<void> Jobs::forget_later(JobId id) {
    if (co_await wait_for(readable_for) && std::erase(ended_, id) > 0) {
        forget(id);
    }
}

}  // namespace mcpctl
