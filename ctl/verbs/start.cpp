#include <format>

#include "ctl/interrupt.hpp"
#include "ctl/verbs/job_verb.hpp"
#include "ctl/verbs/options.hpp"
#include "ctl/verbs/verbs.hpp"

namespace mcpctl::ctl {
namespace {

constexpr std::string_view examples =
    "  mcpctl start everything\n"
    "  mcpctl start everything --name second\n"
    "  mcpctl start everything -o json\n"
    "  mcpctl start everything --timeout 10s    exit code 6 when it takes longer; the start goes on\n";

struct Options {
    std::string profile;
    std::string name;
    WaitFlags wait;
};

// The instance's name; after a start that failed at once there is no instance any more to ask.
std::string name_at(Context& context, const std::string& instance_path, const Options& options) {
    const auto instance = context.agent().instance_at(instance_path);
    return instance ? instance->name : options.name.empty() ? options.profile : options.name;
}

ExitCode start(Context& context, const Options& options) {
    const auto waiting = waiting_of(options.wait);
    if (!waiting) {
        return report(context, waiting.error());
    }
    const Interrupt interrupt;
    context.agent().watch_interrupt(interrupt.fd());
    StartOptions request;
    if (!options.name.empty()) {
        request.name = options.name;
    }
    const auto accepted = context.agent().start(options.profile, request);
    if (!accepted) {
        return report_unknown(context, accepted.error(), options.profile, [&] { return profile_names(context); });
    }
    const std::string name = name_at(context, accepted->instance, options);
    const PendingJob job{accepted->job,
                         {"start", "Starting", "did not start", name,
                          std::format("mcpctl status {} shows it, mcpctl stop {} ends it", name, name),
                          [&](const JobInfo&, std::chrono::milliseconds passed) {
                              return started(context, accepted->instance, "Started", passed);
                          }}};
    return see_job_through(context, job, *waiting);
}

}  // namespace

void add_start(CLI::App& parent, Context& context) {
    auto options = std::make_shared<Options>();
    CLI::App& verb = add_verb(parent, context, "start", "Start an instance of a profile", examples);
    verb.add_option("PROFILE", options->profile, "Profile to start")->required();
    verb.add_option("--name", options->name, "Name of the instance; default: the profile's name, then with -2, -3, …");
    add_wait_options(verb, options->wait);
    add_output_option(verb, context);
    act(verb, context, options, start);
}

}  // namespace mcpctl::ctl
