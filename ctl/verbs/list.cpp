#include <nlohmann/json.hpp>

#include "ctl/output/json.hpp"
#include "ctl/output/table.hpp"
#include "ctl/output/time_text.hpp"
#include "ctl/verbs/listing.hpp"
#include "ctl/verbs/options.hpp"
#include "ctl/verbs/verbs.hpp"

namespace mcpctl::ctl {
namespace {

constexpr std::string_view examples =
    "  mcpctl list\n"
    "  mcpctl list -o json | jq -r '.[] | select(.state == \"failed\") | .name'\n";

struct Options {};

std::vector<Cell> row_of(const InstanceInfo& instance) {
    const bool up = instance.state == "running" && instance.started_at != 0;
    return {{instance.name},
            {instance.id.substr(0, 8)},
            {instance.state, Terminal::colour_of_state(instance.state)},
            {instance.profile},
            {instance.runtime},
            {instance.endpoint},
            {up ? elapsed(instance.started_at, now_microseconds()) : "-"},
            {std::to_string(instance.restarts)}};
}

ExitCode list(Context& context, const Options&) {
    const Listing<InstanceInfo> listing{{"NAME", "ID", "STATE", "PROFILE", "RUNTIME", "ENDPOINT", "UPTIME", "RESTARTS"},
                                        row_of,
                                        [](const InstanceInfo& instance) { return instance.name; },
                                        "No instances. 'mcpctl profile list' shows what can be started.",
                                        {"RUNTIME", "RESTARTS", "ID"}};
    return print_listing(context, context.agent().instances(), listing);
}

}  // namespace

void add_list(CLI::App& parent, Context& context) {
    CLI::App& verb = add_verb(parent, context, "list", "List the instances", examples);
    add_output_option(verb, context);
    act(verb, context, std::make_shared<Options>(), list);
}

}  // namespace mcpctl::ctl
