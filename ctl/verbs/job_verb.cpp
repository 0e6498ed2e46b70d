#include "ctl/verbs/job_verb.hpp"

#include <algorithm>
#include <format>
#include <iterator>
#include <span>

#include "ctl/job_wait.hpp"
#include "ctl/output/json.hpp"
#include "ctl/output/progress_line.hpp"
#include "ctl/output/table.hpp"
#include "ctl/output/time_text.hpp"
#include "ctl/output/visible_text.hpp"
#include "dbus/errors.hpp"

namespace mcpctl::ctl {
namespace {

using std::chrono::milliseconds;

std::string job_number(const std::string& job_path) {
    return job_path.substr(job_path.rfind('/') + 1);
}

// One reply, or the exit code of what has been said already.
using Seen = std::expected<Reply, ExitCode>;

Seen accept(Context& context, const PendingJob& job) {
    Reply reply{
        {},
        job_number(job.path),
        std::format("{} {} as job {}\n", job.request.present, visible_text(job.request.name), job_number(job.path))};
    if (context.prints_json()) {
        const auto read = context.agent().follow(job.path);
        if (!read) {
            return std::unexpected(report(context, read.error()));
        }
        reply.json = to_json(*read);
    }
    return reply;
}

ExitCode print_failure(Context& context, const JobInfo& job, const JobRequest& request) {
    const Error error = dbus::error_from(job.error, job.message);
    const auto lines = context.agent().last_lines(job.path);
    print_reason(
        std::format("{} {}: {}", request.name, request.failure, error.reason.empty() ? job.error : error.reason));
    print_detail("field", error.field);
    if (lines) {
        print_last_lines(*lines);
    }
    print_detail("hint", error.hint);
    return ExitCode::failed;
}

// Nobody waits any longer, for none of `jobs`.
ExitCode print_unfinished(std::string_view why, std::span<const PendingJob> jobs, ExitCode code) {
    print_reason(std::format("{}; the {} of {} goes on as job {}", why, jobs.front().request.verb,
                             jobs.front().request.name, job_number(jobs.front().path)));
    for (const PendingJob& job : jobs.subspan(1)) {
        print_detail("also",
                     std::format("the {} of {} as job {}", job.request.verb, job.request.name, job_number(job.path)));
    }
    print_detail("hint", jobs.front().request.hint);
    return code;
}

// Waits for one job after the other; all the while they go on at the same time.
class Waiter {
  public:
    Waiter(Context& context, const Waiting& waiting) : context_(context), waiting_(waiting) {}

    Seen see(std::span<const PendingJob> jobs) {
        const JobRequest& request = jobs.front().request;
        const JobOutcome outcome = wait(jobs);
        switch (outcome.kind) {
            case JobOutcome::Kind::interrupted:
                return std::unexpected(print_unfinished("interrupted", jobs, ExitCode::interrupted));
            case JobOutcome::Kind::timed_out:
                return std::unexpected(print_unfinished(
                    std::format("not done after {}", format_duration(*waiting_.timeout)), jobs, ExitCode::timed_out));
            case JobOutcome::Kind::lost:
                return std::unexpected(report(context_, outcome.error));
            case JobOutcome::Kind::ended:
                break;
        }
        if (outcome.job.state != "done") {
            return std::unexpected(print_failure(context_, outcome.job, request));
        }
        return request.conclude(outcome.job, taken_by(outcome.job)).transform_error([this](const Error& error) {
            return report(context_, error);
        });
    }

  private:
    JobOutcome wait(std::span<const PendingJob> jobs) {
        const PendingJob& job = jobs.front();
        ProgressLine line(context_.err);
        JobWaitOptions options;
        if (waiting_.timeout) {
            options.deadline = begin_ + *waiting_.timeout;
        }
        if (line.shown()) {
            const std::string more = jobs.size() == 1 ? "" : std::format(" and {} more", jobs.size() - 1);
            options.tick = milliseconds(100);
            options.on_progress = [&, more](const std::string& step) {
                const std::string colon = step.empty() ? "" : ": ";
                line.draw(std::format("{} {}{}{}{}", job.request.present, job.request.name, more, colon, step),
                          passed());
            };
        }
        return wait_for_job(context_.agent(), job.path, options);
    }

    [[nodiscard]] milliseconds passed() const {
        return std::chrono::duration_cast<milliseconds>(SteadyClock::now() - begin_);
    }

    // A job that had ended before anybody looked at it knows how long it took.
    [[nodiscard]] milliseconds taken_by(const JobInfo& job) const {
        const milliseconds here = passed();
        return job.finished_at == 0 ? here
                                    : std::min(here, std::chrono::duration_cast<milliseconds>(
                                                         std::chrono::microseconds(job.finished_at - job.created_at)));
    }

    Context& context_;
    const Waiting& waiting_;
    SteadyClock::time_point begin_ = SteadyClock::now();
};

bool ends_waiting(ExitCode code) {
    return code == ExitCode::interrupted || code == ExitCode::timed_out || code == ExitCode::unreachable;
}

}  // namespace

void add_wait_options(CLI::App& verb, WaitFlags& flags) {
    verb.add_flag("--no-wait", flags.no_wait, "Return when the agent has accepted the job");
    verb.add_option("--timeout", flags.timeout, "Wait at most so long; the job goes on afterwards (exit code 6)")
        ->option_text("DURATION");
}

Result<std::optional<Duration>> optional_duration(const std::string& text, std::string_view flag) {
    if (text.empty()) {
        return std::nullopt;
    }
    return parse_duration(text, flag).transform([](Duration duration) { return std::optional(duration); });
}

Result<Waiting> waiting_of(const WaitFlags& flags) {
    return optional_duration(flags.timeout, "--timeout").transform([&](std::optional<Duration> timeout) {
        return Waiting{flags.no_wait, timeout};
    });
}

ExitCode see_job_through(Context& context, const PendingJob& job, const Waiting& waiting) {
    const Seen reply = waiting.no_wait ? accept(context, job) : Waiter(context, waiting).see(std::span(&job, 1));
    if (!reply) {
        return reply.error();
    }
    print_reply(context, *reply);
    return ExitCode::done;
}

ExitCode see_jobs_through(Context& context, const std::vector<PendingJob>& jobs, const Waiting& waiting) {
    Waiter waiter(context, waiting);
    Replies replies(context);
    ExitCode code = ExitCode::done;
    for (std::span<const PendingJob> left(jobs); !left.empty(); left = left.subspan(1)) {
        Seen reply = waiting.no_wait ? accept(context, left.front()) : waiter.see(left);
        if (reply) {
            replies.take(*std::move(reply));
            continue;
        }
        code = code == ExitCode::done ? reply.error() : code;
        if (ends_waiting(reply.error())) {
            break;
        }
    }
    replies.end();
    return code;
}

Result<Reply> started(Context& context, const std::string& instance_path, std::string_view past, milliseconds passed) {
    return context.agent().instance_at(instance_path).transform([&](const InstanceInfo& instance) {
        const std::string connect = instance.has_sessions() ? std::format("mcpctl connect {}", instance.name) : "";
        return Reply{
            to_json(instance), instance.name,
            std::format("{} {} in {}\n", past, visible_text(instance.name), took(passed)) +
                layout({Field{"ID", instance.id}, Field{"Endpoint", instance.endpoint}, Field{"Connect", connect}},
                       context.out)};
    });
}

}  // namespace mcpctl::ctl
