#include <format>
#include <nlohmann/json.hpp>

#include "ctl/output/json.hpp"
#include "ctl/output/table.hpp"
#include "ctl/output/time_text.hpp"
#include "ctl/verbs/health_text.hpp"
#include "ctl/verbs/listing.hpp"
#include "ctl/verbs/options.hpp"
#include "ctl/verbs/reply.hpp"
#include "ctl/verbs/verbs.hpp"

namespace mcpctl::ctl {
namespace {

constexpr std::string_view examples =
    "  mcpctl health everything\n"
    "  mcpctl health everything >/dev/null      exit code 7 when it does not answer\n"
    "  mcpctl health everything --history 20\n";

struct Options {
    std::string instance;
    std::uint32_t history = 0;
};

std::vector<Cell> row_of(const HealthChangeInfo& change) {
    return {{local_time(change.at)},
            {readiness_text(change.readiness), colour_of_health(change.readiness, change.alert)},
            {change.liveness},
            {change.alert ? "alert" : "-", change.alert ? Colour::red : Colour::none},
            {change.reason}};
}

ExitCode print_history(Context& context, const InstanceInfo& instance, std::uint32_t count) {
    const Listing<HealthChangeInfo> listing{{"SINCE", "HEALTH", "PROCESS", "ALERT", "REASON"},
                                            row_of,
                                            [](const HealthChangeInfo& change) { return rfc3339(change.at); },
                                            "Nothing has changed so far."};
    return print_listing(context, context.agent().health_history(instance, count), listing);
}

void print_for_people(const Context& context, const InstanceInfo& instance, const HealthInfo& health) {
    const bool answers = health.answers();
    const std::string dot = context.out.unicode ? "●" : "*";
    const Colour colour = colour_of_health(health.readiness, health.alert || !answers);
    print(std::format("{} {}: {}\n", context.out.paint(dot, colour),
                      context.out.paint(visible_text(instance.name), Colour::bold),
                      context.out.paint(readiness_text(health.readiness), colour)));
    print(layout({{"Check", last_check_text(health, context.out)},
                  {"Failures", failures_text(health), Colour::red},
                  {"Alert", health.alert ? health.reason : "", Colour::red},
                  {"Reason", health.alert ? "" : health.reason},
                  {"Process", health.liveness},
                  {"Since", health.last_transition == 0 ? "" : local_time(health.last_transition)}},
                 context.out));
}

ExitCode health(Context& context, const Options& options) {
    const auto instance = context.agent().find_instance(options.instance);
    if (!instance) {
        return report_unknown(context, instance.error(), options.instance, [&] { return instance_names(context); });
    }
    if (options.history > 0) {
        return print_history(context, *instance, options.history);
    }
    const auto checked = context.agent().check_health(*instance);
    if (!checked) {
        return report(context, checked.error());
    }
    switch (context.format) {
        case OutputFormat::table:
            print_for_people(context, *instance, *checked);
            break;
        case OutputFormat::json:
        case OutputFormat::ndjson: {
            nlohmann::ordered_json object{{"instance", instance->name}, {"id", instance->id}};
            object.update(to_json(*checked));
            for (const char* unasked : {"memoryBytes", "cpuMicroseconds", "tasks", "uptimeMicroseconds"}) {
                object.erase(unasked);
            }
            print_json(context, object);
            break;
        }
        case OutputFormat::name:
            print(visible_text(instance->name) + '\n');
            break;
    }
    return checked->answers() ? ExitCode::done : ExitCode::not_ready;
}

}  // namespace

void add_health(CLI::App& parent, Context& context) {
    auto options = std::make_shared<Options>();
    CLI::App& verb = add_verb(parent, context, "health", "Ask an instance now whether it answers MCP", examples);
    verb.add_option("INSTANCE", options->instance, "Name, id, or a prefix of the id that no other has")->required();
    verb.add_option("--history", options->history, "Show the last changes instead, newest first")
        ->check(CLI::Range(1, 1000))
        ->option_text("NUMBER");
    add_output_option(verb, context);
    act(verb, context, options, health);
}

}  // namespace mcpctl::ctl
