#include "ctl/verbs/instance_jobs.hpp"

namespace mcpctl::ctl {

ExitCode do_to_instances(Context& context, const std::vector<InstanceInfo>& instances, bool one_reply,
                         const Waiting& waiting, const std::function<Result<PendingJob>(const InstanceInfo&)>& begin) {
    std::vector<PendingJob> jobs;
    ExitCode refused = ExitCode::done;
    for (const InstanceInfo& instance : instances) {
        auto job = begin(instance);
        if (job) {
            jobs.push_back(*std::move(job));
            continue;
        }
        const ExitCode code = report(context, job.error());
        refused = refused == ExitCode::done ? code : refused;
        if (context.agent().was_interrupted() || code == ExitCode::unreachable) {
            break;
        }
    }
    if (one_reply) {
        return jobs.empty() ? refused : see_job_through(context, jobs.front(), waiting);
    }
    const ExitCode seen = see_jobs_through(context, jobs, waiting);
    return refused == ExitCode::done ? seen : refused;
}

}  // namespace mcpctl::ctl
