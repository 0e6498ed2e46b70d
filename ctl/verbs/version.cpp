#include <format>
#include <nlohmann/json.hpp>

#include "ctl/output/json.hpp"
#include "ctl/output/visible_text.hpp"
#include "ctl/verbs/options.hpp"
#include "ctl/verbs/verbs.hpp"

namespace mcpctl::ctl {
namespace {

constexpr std::string_view examples = "  mcpctl version\n";

struct Options {};

// The tool's version is printed also when the agent cannot be reached.
ExitCode version(Context& context, const Options&) {
    const auto agent = context.agent().agent();
    if (context.format == OutputFormat::json) {
        nlohmann::ordered_json versions{{"mcpctl", MCPCTL_VERSION}, {"agent", nullptr}, {"installationId", nullptr}};
        if (agent) {
            versions["agent"] = agent->version;
            versions["installationId"] = agent->installation_id;
        }
        print(json_text(versions));
    } else {
        print(std::format("mcpctl {}\n", MCPCTL_VERSION));
        if (agent) {
            print(std::format("mcpctl-agent {}\n", visible_text(agent->version)));
        }
    }
    return agent ? ExitCode::done : report(context, agent.error());
}

}  // namespace

void add_version(CLI::App& parent, Context& context) {
    CLI::App& verb = add_verb(parent, context, "version", "Show the versions of this tool and of the agent", examples);
    add_choice<OutputFormat>(verb, "-o,--output", context.format,
                             {{"table", OutputFormat::table}, {"json", OutputFormat::json}}, "Output format");
    act(verb, context, std::make_shared<Options>(), version);
}

}  // namespace mcpctl::ctl
