#include <cstdio>
#include <format>
#include <nlohmann/json.hpp>

#include "ctl/interrupt.hpp"
#include "ctl/output/json.hpp"
#include "ctl/output/table.hpp"
#include "ctl/output/time_text.hpp"
#include "ctl/verbs/health_text.hpp"
#include "ctl/verbs/listing.hpp"
#include "ctl/verbs/options.hpp"
#include "ctl/verbs/verbs.hpp"

namespace mcpctl::ctl {
namespace {

constexpr std::string_view examples =
    "  mcpctl list\n"
    "  mcpctl list --watch\n"
    "  mcpctl list -o json | jq -r '.[] | select(.state == \"failed\") | .name'\n";

struct Options {
    bool watch = false;
};

std::string way_in(const InstanceInfo& instance) {
    return instance.has_sessions() ? std::format("stdio, {} open", instance.sessions) : instance.endpoint;
}

std::vector<Cell> row_of(const InstanceInfo& instance) {
    const bool up = instance.state == "running" && instance.started_at != 0;
    return {{instance.name},
            {instance.id.substr(0, 8)},
            {instance.state, Terminal::colour_of_state(instance.state)},
            {readiness_text(instance.readiness), colour_of_health(instance.readiness, instance.alert)},
            {instance.profile},
            {instance.runtime},
            {way_in(instance)},
            {up ? elapsed(instance.started_at, now_microseconds()) : "-"},
            {std::to_string(instance.restarts)}};
}

ExitCode list_once(Context& context) {
    const Listing<InstanceInfo> listing{
        {"NAME", "ID", "STATE", "HEALTH", "PROFILE", "RUNTIME", "ENDPOINT", "UPTIME", "RESTARTS"},
        row_of,
        [](const InstanceInfo& instance) { return instance.name; },
        "No instances. 'mcpctl profile list' shows what can be started.",
        {"RUNTIME", "RESTARTS", "ID"}};
    return print_listing(context, context.agent().instances(), listing);
}

// Again each second, in place where the terminal can do that. Ctrl+C is how it ends, so that is no failure.
ExitCode watch(Context& context) {
    constexpr std::string_view from_the_top = "\033[H\033[J";
    const Interrupt interrupt;
    context.agent().watch_interrupt(interrupt.fd());
    while (true) {
        print(context.out.interactive ? from_the_top : "");
        const ExitCode listed = list_once(context);
        if (context.agent().was_interrupted()) {
            return ExitCode::done;
        }
        std::fflush(stdout);
        // An agent that went away comes back by the next call.
        if (listed != ExitCode::done && listed != ExitCode::unreachable) {
            return listed;
        }
        if (std::ferror(stdout) != 0 || !context.agent().pause(std::chrono::seconds(1))) {
            return ExitCode::done;
        }
    }
}

ExitCode list(Context& context, const Options& options) {
    return options.watch ? watch(context) : list_once(context);
}

}  // namespace

void add_list(CLI::App& parent, Context& context) {
    CLI::App& verb = add_verb(parent, context, "list", "List the instances", examples);
    auto options = std::make_shared<Options>();
    verb.add_flag("-w,--watch", options->watch, "Again each second, until Ctrl+C");
    add_output_option(verb, context);
    act(verb, context, options, list);
}

}  // namespace mcpctl::ctl
