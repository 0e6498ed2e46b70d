// Waits for a job that the agent accepted, over a crash or restart of the agent too.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "ctl/client.hpp"

namespace mcpctl::ctl {

struct JobOutcome {
    enum class Kind : std::uint8_t {
        ended,        // `job` says how
        timed_out,    // our patience ended, the job goes on
        interrupted,  // Ctrl+C, the job goes on
        lost,         // the agent does not come back, or no longer knows the job: `error`
    };
    Kind kind = Kind::ended;
    JobInfo job;
    Error error;
};

struct JobWaitOptions {
    std::optional<SteadyClock::time_point> deadline;
    // Called with the present step whenever it changed, and every `tick` where one is given.
    std::function<void(const std::string& step)> on_progress = [](const std::string&) {};
    std::optional<std::chrono::milliseconds> tick;
    // How long an agent that went away may take to come back.
    std::chrono::milliseconds patience = std::chrono::seconds(30);
};

[[nodiscard]] JobOutcome wait_for_job(AgentClient& client, const std::string& job_path, const JobWaitOptions& options);

}  // namespace mcpctl::ctl
