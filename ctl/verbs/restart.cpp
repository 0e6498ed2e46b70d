#include <format>

#include "ctl/interrupt.hpp"
#include "ctl/verbs/job_verb.hpp"
#include "ctl/verbs/options.hpp"
#include "ctl/verbs/verbs.hpp"

namespace mcpctl::ctl {
namespace {

constexpr std::string_view examples =
    "  mcpctl restart everything\n"
    "  mcpctl restart everything --refresh      take the profile and server as they are now\n";

struct Options {
    std::string instance;
    std::string drain_timeout;
    bool refresh = false;
    WaitFlags wait;
};

ExitCode restart(Context& context, const Options& options) {
    const auto timeout = optional_duration(options.wait.timeout, "--timeout");
    const auto drain = optional_duration(options.drain_timeout, "--drain-timeout");
    if (!timeout || !drain) {
        return report(context, timeout ? drain.error() : timeout.error());
    }
    const auto instance = context.agent().find_instance(options.instance);
    if (!instance) {
        return report_unknown(context, instance.error(), options.instance, [&] { return instance_names(context); });
    }
    const Interrupt interrupt;
    context.agent().watch_interrupt(interrupt.fd());
    const auto accepted = context.agent().restart(*instance, {*drain, options.refresh});
    if (!accepted) {
        return report(context, accepted.error());
    }
    const JobRequest job{"restart",
                         "Restarting",
                         "did not restart",
                         instance->name,
                         std::format("mcpctl status {} shows it", instance->name),
                         [&](const JobInfo&, std::chrono::milliseconds passed) {
                             return print_started(context, accepted->instance, "Restarted", passed);
                         }};
    return see_job_through(context, accepted->job, job, options.wait.no_wait, *timeout);
}

}  // namespace

void add_restart(CLI::App& parent, Context& context) {
    auto options = std::make_shared<Options>();
    CLI::App& verb = add_verb(parent, context, "restart",
                              "Stop an instance and start it again, with the same configuration and port", examples);
    verb.add_option("INSTANCE", options->instance, "Name, id, or a prefix of the id that no other has")->required();
    verb.add_option("--drain-timeout", options->drain_timeout,
                    "From SIGTERM to SIGKILL; default and upper bound come from the profile")
        ->option_text("DURATION");
    verb.add_flag("--refresh", options->refresh, "Take the profile and server as they are now");
    add_wait_options(verb, options->wait);
    add_output_option(verb, context);
    act(verb, context, options, restart);
}

}  // namespace mcpctl::ctl
