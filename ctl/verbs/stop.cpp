#include <format>
#include <nlohmann/json.hpp>

#include "ctl/interrupt.hpp"
#include "ctl/output/json.hpp"
#include "ctl/output/time_text.hpp"
#include "ctl/output/visible_text.hpp"
#include "ctl/verbs/instance_jobs.hpp"
#include "ctl/verbs/instances_option.hpp"
#include "ctl/verbs/job_verb.hpp"
#include "ctl/verbs/options.hpp"
#include "ctl/verbs/verbs.hpp"

namespace mcpctl::ctl {
namespace {

constexpr std::string_view examples =
    "  mcpctl stop everything\n"
    "  mcpctl stop everything --yes --drain-timeout 5s\n"
    "  mcpctl stop 3f2a --yes --no-wait\n"
    "  mcpctl stop --all\n";

struct Options {
    InstancesOption instances;
    std::string drain_timeout;
    bool yes = false;
    WaitFlags wait;
};

Reply stopped(const InstanceInfo& instance, const JobInfo& job, std::chrono::milliseconds passed) {
    const std::string how = job.progress.empty() ? "" : ": " + visible_text(job.progress);
    return {{{"id", instance.id}, {"name", instance.name}, {"job", to_json(job)}},
            instance.name,
            std::format("Stopped {} in {}{}\n", visible_text(instance.name), took(passed), how)};
}

Result<PendingJob> begin(Context& context, const InstanceInfo& instance, const StopOptions& options) {
    return context.agent().stop(instance, options).transform([&](const AcceptedJob& accepted) {
        return PendingJob{accepted.job,
                          {"stop", "Stopping", "was not stopped", instance.name, "mcpctl jobs shows how far it is",
                           [instance](const JobInfo& ended, std::chrono::milliseconds passed) -> Result<Reply> {
                               return stopped(instance, ended, passed);
                           }}};
    });
}

std::string question_about(const std::vector<InstanceInfo>& instances) {
    if (instances.size() == 1) {
        return std::format("Stop {}? It is {}; its processes are ended and the instance is removed. Its logs stay.",
                           instances.front().name, instances.front().state);
    }
    return std::format("Stop {} instances: {}? Their processes are ended and they are removed. Their logs stay.",
                       instances.size(), names_text(instances));
}

ExitCode stop(Context& context, const Options& options) {
    const auto waiting = waiting_of(options.wait);
    const auto drain = optional_duration(options.drain_timeout, "--drain-timeout");
    if (!waiting || !drain) {
        return report(context, waiting ? drain.error() : waiting.error());
    }
    const auto instances = chosen_instances(context, options.instances);
    if (!instances) {
        return instances.error();
    }
    if (!instances->empty()) {
        if (const ExitCode answer = ask_first(options.yes, question_about(*instances)); answer != ExitCode::done) {
            return answer;
        }
    }
    const Interrupt interrupt;
    context.agent().watch_interrupt(interrupt.fd());
    return do_to_instances(context, *instances, options.instances.names_one(), *waiting,
                           [&](const InstanceInfo& instance) { return begin(context, instance, {*drain}); });
}

}  // namespace

void add_stop(CLI::App& parent, Context& context) {
    auto options = std::make_shared<Options>();
    CLI::App& verb = add_verb(parent, context, "stop", "Stop and remove instances; their logs stay", examples);
    add_instances_option(verb, options->instances);
    verb.add_option("--drain-timeout", options->drain_timeout,
                    "From SIGTERM to SIGKILL; default and upper bound come from the profile")
        ->option_text("DURATION");
    verb.add_flag("-y,--yes", options->yes, "Do not ask");
    add_wait_options(verb, options->wait);
    add_output_option(verb, context);
    act(verb, context, options, stop);
}

}  // namespace mcpctl::ctl
