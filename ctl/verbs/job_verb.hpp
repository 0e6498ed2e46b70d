// What start, stop and restart have in common: they begin jobs and wait for them.
#pragma once

#include <CLI/CLI.hpp>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/duration.hpp"
#include "ctl/client.hpp"
#include "ctl/context.hpp"
#include "ctl/verbs/reply.hpp"

namespace mcpctl::ctl {

struct WaitFlags {
    bool no_wait = false;
    std::string timeout;
};

void add_wait_options(CLI::App& verb, WaitFlags& flags);

// How long anybody waits for jobs: for all of them together.
struct Waiting {
    bool no_wait = false;
    std::optional<Duration> timeout;
};

struct JobRequest {
    std::string_view verb;     // "start"
    std::string_view present;  // "Starting"
    std::string_view failure;  // "did not start"
    std::string name;          // of the instance
    std::string hint;          // for whoever no longer waits
    // The job is done: what there is to say of it.
    std::function<Result<Reply>(const JobInfo& job, std::chrono::milliseconds passed)> conclude;
};

struct PendingJob {
    std::string path;
    JobRequest request;
};

// Empty text gives nothing; `flag` names the option in the error.
[[nodiscard]] Result<std::optional<Duration>> optional_duration(const std::string& text, std::string_view flag);
[[nodiscard]] Result<Waiting> waiting_of(const WaitFlags& flags);

[[nodiscard]] ExitCode see_job_through(Context& context, const PendingJob& job, const Waiting& waiting);

// The same for several, which the agent works on at the same time: each is told when it is done, JSON as one array. The
// code is that of the first that failed.
[[nodiscard]] ExitCode see_jobs_through(Context& context, const std::vector<PendingJob>& jobs, const Waiting& waiting);

// The instance after a start or restart: "Started NAME in 0.4 s", its id and endpoint.
[[nodiscard]] Result<Reply> started(Context& context, const std::string& instance_path, std::string_view past,
                                    std::chrono::milliseconds passed);

}  // namespace mcpctl::ctl
