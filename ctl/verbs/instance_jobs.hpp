// A job for each of the instances that were chosen.
#pragma once

#include <functional>
#include <vector>

#include "ctl/verbs/job_verb.hpp"

namespace mcpctl::ctl {

// `begin` asks the agent for the job. All are begun before the first is waited for. One that the agent refuses does not
// keep the others from being done: they were asked for as well.
[[nodiscard]] ExitCode do_to_instances(Context& context, const std::vector<InstanceInfo>& instances, bool one_reply,
                                       const Waiting& waiting,
                                       const std::function<Result<PendingJob>(const InstanceInfo&)>& begin);

}  // namespace mcpctl::ctl
