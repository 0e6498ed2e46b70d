#include "ctl/verbs/definition_verbs.hpp"

#include <nlohmann/json.hpp>

#include "ctl/output/json.hpp"
#include "ctl/output/visible_text.hpp"
#include "ctl/verbs/options.hpp"
#include "ctl/verbs/reply.hpp"

namespace mcpctl::ctl {

ExitCode print_definition(Context& context, const std::string& name, const std::string& json) {
    if (context.format == OutputFormat::name) {
        print(visible_text(name) + '\n');
        return ExitCode::done;
    }
    const auto definition = nlohmann::ordered_json::parse(json, nullptr, false);
    if (!definition.is_object()) {
        return report(context, {ErrorCode::Internal, "the agent's definition is not a JSON object"});
    }
    if (context.prints_json()) {
        print_json(context, definition);
    } else {
        print(readable(definition));
    }
    return ExitCode::done;
}

ExitCode remove_definition(Context& context, const Removal& removal) {
    if (const ExitCode answer = ask_first(removal.yes, removal.question); answer != ExitCode::done) {
        return answer;
    }
    if (const auto removed = removal.remove(); !removed) {
        return report_unknown(context, removed.error(), removal.name, removal.existing_names);
    }
    print(visible_text(removal.done) + '\n');
    return ExitCode::done;
}

}  // namespace mcpctl::ctl
