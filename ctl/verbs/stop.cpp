#include <format>
#include <nlohmann/json.hpp>

#include "ctl/interrupt.hpp"
#include "ctl/output/json.hpp"
#include "ctl/output/time_text.hpp"
#include "ctl/output/visible_text.hpp"
#include "ctl/verbs/job_verb.hpp"
#include "ctl/verbs/options.hpp"
#include "ctl/verbs/verbs.hpp"

namespace mcpctl::ctl {
namespace {

constexpr std::string_view examples =
    "  mcpctl stop everything\n"
    "  mcpctl stop everything --yes --drain-timeout 5s\n"
    "  mcpctl stop 3f2a --yes --no-wait\n";

struct Options {
    std::string instance;
    std::string drain_timeout;
    bool yes = false;
    WaitFlags wait;
};

ExitCode print_stopped(Context& context, const InstanceInfo& instance, const JobInfo& job,
                       std::chrono::milliseconds passed) {
    switch (context.format) {
        case OutputFormat::json:
            print(json_text({{"id", instance.id}, {"name", instance.name}, {"job", to_json(job)}}));
            break;
        case OutputFormat::name:
            print(visible_text(instance.name) + '\n');
            break;
        case OutputFormat::table: {
            const std::string how = job.progress.empty() ? "" : ": " + visible_text(job.progress);
            print(std::format("Stopped {} in {}{}\n", visible_text(instance.name), took(passed), how));
            break;
        }
    }
    return ExitCode::done;
}

ExitCode stop(Context& context, const Options& options) {
    const auto timeout = optional_duration(options.wait.timeout, "--timeout");
    const auto drain = optional_duration(options.drain_timeout, "--drain-timeout");
    if (!timeout || !drain) {
        return report(context, timeout ? drain.error() : timeout.error());
    }
    const auto instance = context.agent().find_instance(options.instance);
    if (!instance) {
        return report_unknown(context, instance.error(), options.instance, [&] { return instance_names(context); });
    }
    const std::string question =
        std::format("Stop {}? It is {}; its processes are ended and the instance is removed. Its logs stay.",
                    instance->name, instance->state);
    if (const ExitCode answer = ask_first(options.yes, question); answer != ExitCode::done) {
        return answer;
    }
    const Interrupt interrupt;
    context.agent().watch_interrupt(interrupt.fd());
    const auto accepted = context.agent().stop(*instance, {*drain});
    if (!accepted) {
        return report(context, accepted.error());
    }
    const JobRequest job{"stop",
                         "Stopping",
                         "was not stopped",
                         instance->name,
                         "mcpctl jobs shows how far it is",
                         [&](const JobInfo& ended, std::chrono::milliseconds passed) {
                             return print_stopped(context, *instance, ended, passed);
                         }};
    return see_job_through(context, accepted->job, job, options.wait.no_wait, *timeout);
}

}  // namespace

void add_stop(CLI::App& parent, Context& context) {
    auto options = std::make_shared<Options>();
    CLI::App& verb = add_verb(parent, context, "stop", "Stop and remove an instance; its logs stay", examples);
    verb.add_option("INSTANCE", options->instance, "Name, id, or a prefix of the id that no other has")->required();
    verb.add_option("--drain-timeout", options->drain_timeout,
                    "From SIGTERM to SIGKILL; default and upper bound come from the profile")
        ->option_text("DURATION");
    verb.add_flag("-y,--yes", options->yes, "Do not ask");
    add_wait_options(verb, options->wait);
    add_output_option(verb, context);
    act(verb, context, options, stop);
}

}  // namespace mcpctl::ctl
