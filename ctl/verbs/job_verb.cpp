#include "ctl/verbs/job_verb.hpp"

#include <format>
#include <nlohmann/json.hpp>

#include "ctl/job_wait.hpp"
#include "ctl/output/json.hpp"
#include "ctl/output/progress_line.hpp"
#include "ctl/output/table.hpp"
#include "ctl/output/time_text.hpp"
#include "ctl/output/visible_text.hpp"
#include "dbus/errors.hpp"

namespace mcpctl::ctl {
namespace {

std::string job_number(const std::string& job_path) {
    return job_path.substr(job_path.rfind('/') + 1);
}

ExitCode print_accepted(Context& context, const std::string& job_path, const JobRequest& request) {
    switch (context.format) {
        case OutputFormat::json: {
            const auto job = context.agent().follow(job_path);
            if (!job) {
                return report(context, job.error());
            }
            print(json_text(to_json(*job)));
            break;
        }
        case OutputFormat::name:
            print(job_number(job_path) + '\n');
            break;
        case OutputFormat::table:
            print(std::format("{} {} as job {}\n", request.present, visible_text(request.name), job_number(job_path)));
            break;
    }
    return ExitCode::done;
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

ExitCode print_unfinished(std::string_view why, const std::string& job_path, const JobRequest& request, ExitCode code) {
    print_reason(
        std::format("{}; the {} of {} goes on as job {}", why, request.verb, request.name, job_number(job_path)));
    print_detail("hint", request.hint);
    return code;
}

JobOutcome wait_with_progress(Context& context, const std::string& job_path, const JobRequest& request,
                              SteadyClock::time_point begin, std::optional<Duration> timeout) {
    ProgressLine line(context.err);
    JobWaitOptions options;
    if (timeout) {
        options.deadline = begin + *timeout;
    }
    if (line.shown()) {
        options.tick = std::chrono::milliseconds(100);
        options.on_progress = [&](const std::string& step) {
            const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(SteadyClock::now() - begin);
            const std::string colon = step.empty() ? "" : ": ";
            line.draw(std::format("{} {}{}{}", request.present, request.name, colon, step), passed);
        };
    }
    return wait_for_job(context.agent(), job_path, options);
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

ExitCode see_job_through(Context& context, const std::string& job_path, const JobRequest& request, bool no_wait,
                         std::optional<Duration> timeout) {
    if (no_wait) {
        return print_accepted(context, job_path, request);
    }
    const auto begin = SteadyClock::now();
    const JobOutcome outcome = wait_with_progress(context, job_path, request, begin, timeout);
    switch (outcome.kind) {
        case JobOutcome::Kind::interrupted:
            return print_unfinished("interrupted", job_path, request, ExitCode::interrupted);
        case JobOutcome::Kind::timed_out:
            return print_unfinished(std::format("not done after {}", format_duration(*timeout)), job_path, request,
                                    ExitCode::timed_out);
        case JobOutcome::Kind::lost:
            return report(context, outcome.error);
        case JobOutcome::Kind::ended:
            break;
    }
    if (outcome.job.state != "done") {
        return print_failure(context, outcome.job, request);
    }
    return request.conclude(outcome.job,
                            std::chrono::duration_cast<std::chrono::milliseconds>(SteadyClock::now() - begin));
}

ExitCode print_started(Context& context, const std::string& instance_path, std::string_view past,
                       std::chrono::milliseconds passed) {
    const auto instance = context.agent().instance_at(instance_path);
    if (!instance) {
        return report(context, instance.error());
    }
    switch (context.format) {
        case OutputFormat::json:
            print(json_text(to_json(*instance)));
            break;
        case OutputFormat::name:
            print(visible_text(instance->name) + '\n');
            break;
        case OutputFormat::table:
            print(std::format("{} {} in {}\n", past, visible_text(instance->name), took(passed)));
            print(layout(
                {Field{"ID", instance->id}, Field{"Endpoint", instance->endpoint},
                 Field{"Connect", instance->has_sessions() ? std::format("mcpctl connect {}", instance->name) : ""}},
                context.out));
            break;
    }
    return ExitCode::done;
}

}  // namespace mcpctl::ctl
