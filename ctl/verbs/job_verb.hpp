// What start, stop and restart have in common: they begin a job and wait for it.
#pragma once

#include <CLI/CLI.hpp>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/duration.hpp"
#include "ctl/client.hpp"
#include "ctl/context.hpp"

namespace mcpctl::ctl {

struct WaitFlags {
    bool no_wait = false;
    std::string timeout;
};

void add_wait_options(CLI::App& verb, WaitFlags& flags);

struct JobRequest {
    std::string_view verb;     // "start"
    std::string_view present;  // "Starting"
    std::string_view failure;  // "did not start"
    std::string name;          // of the instance
    std::string hint;          // for whoever no longer waits
    // The job is done: prints the result.
    std::function<ExitCode(const JobInfo& job, std::chrono::milliseconds passed)> conclude;
};

// Empty text gives nothing; `flag` names the option in the error.
[[nodiscard]] Result<std::optional<Duration>> optional_duration(const std::string& text, std::string_view flag);

[[nodiscard]] ExitCode see_job_through(Context& context, const std::string& job_path, const JobRequest& request,
                                       bool no_wait, std::optional<Duration> timeout);

// The instance after a start or restart: "Started NAME in 0.4 s", its id and endpoint.
[[nodiscard]] ExitCode print_started(Context& context, const std::string& instance_path, std::string_view past,
                                     std::chrono::milliseconds passed);

}  // namespace mcpctl::ctl
