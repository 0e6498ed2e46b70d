#include "ctl/job_wait.hpp"

#include <algorithm>
#include <format>
#include <string_view>

namespace mcpctl::ctl {
namespace {

using Kind = JobOutcome::Kind;

std::string number_of(const std::string& job_path) {
    return job_path.substr(job_path.rfind('/') + 1);
}

class JobWait {
  public:
    JobWait(AgentClient& client, const std::string& path, const JobWaitOptions& options)
        : client_(client), path_(path), options_(options) {}

    JobOutcome run() {
        if (auto ended_early = follow_again()) {
            return *std::move(ended_early);
        }
        while (!client_.followed().ended()) {
            options_.on_progress(client_.followed().progress);
            switch (client_.wait_for_change(next_wake())) {
                case Wake::interrupted:
                    return outcome(Kind::interrupted);
                case Wake::deadline:
                    if (deadline_passed()) {
                        return outcome(Kind::timed_out);
                    }
                    break;
                case Wake::lost:
                    client_.disconnect();
                    options_.on_progress("waiting for the agent to come back");
                    if (auto ended_early = follow_again()) {
                        return *std::move(ended_early);
                    }
                    break;
                case Wake::done:
                    break;
            }
        }
        return outcome(Kind::ended);
    }

  private:
    // Follows the job, on a new connection where the old one broke. Nothing when that worked.
    std::optional<JobOutcome> follow_again() {
        const auto give_up = SteadyClock::now() + options_.patience;
        std::chrono::milliseconds pause(50);
        while (true) {
            auto job = client_.follow(path_);
            if (job) {
                return std::nullopt;
            }
            if (client_.was_interrupted()) {
                return outcome(Kind::interrupted);
            }
            if (job.error().code != ErrorCode::Unavailable) {
                return lost(std::move(job.error()));
            }
            if (SteadyClock::now() >= give_up) {
                return outcome(Kind::lost, went_away(job.error()));
            }
            if (deadline_passed()) {
                return outcome(Kind::timed_out);
            }
            client_.disconnect();
            if (!client_.pause(std::min(pause, std::chrono::milliseconds(1000)))) {
                return outcome(Kind::interrupted);
            }
            pause *= 2;
        }
    }

    JobOutcome lost(Error error) {
        if (error.code == ErrorCode::NotFound) {
            error = {ErrorCode::Internal,
                     std::format("the agent went away and no longer knows job {}: how it ended is not known",
                                 number_of(path_)),
                     {},
                     "mcpctl list shows what there is"};
        }
        return outcome(Kind::lost, std::move(error));
    }

    [[nodiscard]] Error went_away(const Error& last) const {
        return {ErrorCode::Unavailable,
                std::format("the agent went away during job {} and did not come back within {} s: {}", number_of(path_),
                            std::chrono::ceil<std::chrono::seconds>(options_.patience).count(), last.reason),
                {},
                last.hint};
    }

    [[nodiscard]] SteadyClock::time_point next_wake() const {
        const auto deadline = options_.deadline.value_or(SteadyClock::time_point::max());
        return options_.tick ? std::min(deadline, SteadyClock::now() + *options_.tick) : deadline;
    }

    [[nodiscard]] bool deadline_passed() const { return options_.deadline && SteadyClock::now() >= *options_.deadline; }

    [[nodiscard]] JobOutcome outcome(Kind kind, Error error = {}) const {
        return {kind, client_.followed(), std::move(error)};
    }

    AgentClient& client_;
    const std::string& path_;
    const JobWaitOptions& options_;
};

}  // namespace

JobOutcome wait_for_job(AgentClient& client, const std::string& job_path, const JobWaitOptions& options) {
    return JobWait(client, job_path, options).run();
}

}  // namespace mcpctl::ctl
