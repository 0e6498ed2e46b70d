#include <format>

#include "ctl/interrupt.hpp"
#include "ctl/verbs/instance_jobs.hpp"
#include "ctl/verbs/instances_option.hpp"
#include "ctl/verbs/job_verb.hpp"
#include "ctl/verbs/options.hpp"
#include "ctl/verbs/verbs.hpp"

namespace mcpctl::ctl {
namespace {

constexpr std::string_view examples =
    "  mcpctl restart everything\n"
    "  mcpctl restart everything --refresh      take the profile and server as they are now\n"
    "  mcpctl restart --profile search\n";

struct Options {
    InstancesOption instances;
    std::string drain_timeout;
    bool refresh = false;
    WaitFlags wait;
};

Result<PendingJob> begin(Context& context, const InstanceInfo& instance, const RestartOptions& options) {
    return context.agent().restart(instance, options).transform([&](const AcceptedJob& accepted) {
        return PendingJob{accepted.job,
                          {"restart", "Restarting", "did not restart", instance.name,
                           std::format("mcpctl status {} shows it", instance.name),
                           [&context, path = accepted.instance](const JobInfo&, std::chrono::milliseconds passed) {
                               return started(context, path, "Restarted", passed);
                           }}};
    });
}

ExitCode restart(Context& context, const Options& options) {
    const auto waiting = waiting_of(options.wait);
    const auto drain = optional_duration(options.drain_timeout, "--drain-timeout");
    if (!waiting || !drain) {
        return report(context, waiting ? drain.error() : waiting.error());
    }
    const auto instances = chosen_instances(context, options.instances);
    if (!instances) {
        return instances.error();
    }
    const Interrupt interrupt;
    context.agent().watch_interrupt(interrupt.fd());
    return do_to_instances(
        context, *instances, options.instances.names_one(), *waiting,
        [&](const InstanceInfo& instance) { return begin(context, instance, {*drain, options.refresh}); });
}

}  // namespace

void add_restart(CLI::App& parent, Context& context) {
    auto options = std::make_shared<Options>();
    CLI::App& verb = add_verb(parent, context, "restart",
                              "Stop instances and start them again, with the same configuration and port", examples);
    add_instances_option(verb, options->instances);
    verb.add_option("--drain-timeout", options->drain_timeout,
                    "From SIGTERM to SIGKILL; default and upper bound come from the profile")
        ->option_text("DURATION");
    verb.add_flag("--refresh", options->refresh, "Take the profile and server as they are now");
    add_wait_options(verb, options->wait);
    add_output_option(verb, context);
    act(verb, context, options, restart);
}

}  // namespace mcpctl::ctl
