// Waiting for jobs. Who goes away cancels nothing.
#pragma once

#include "http-bridge/routes.hpp"

namespace mcpctl::http_bridge {

// As it is when it has ended, or when the caller wants to wait no longer.
Task<Result<ctl::JobInfo>> await_job(std::shared_ptr<AgentLink> agent, std::string path, Prefer prefer);

// 202 with the job, and where it is found.
[[nodiscard]] Response accepted(const ctl::JobInfo& job);
// What is answered of a job that is not done: that it goes on, or why it failed. Nothing where it is.
[[nodiscard]] std::optional<Response> unless_done(const ctl::JobInfo& job);
// With the job's address: who did not want to wait finds it also where it has ended at once.
[[nodiscard]] Response linked(Response response, const ctl::JobInfo& job);

}  // namespace mcpctl::http_bridge
