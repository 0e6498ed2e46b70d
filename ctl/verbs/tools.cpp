#include <format>
#include <nlohmann/json.hpp>

#include "ctl/output/json.hpp"
#include "ctl/output/table.hpp"
#include "ctl/output/tool_result.hpp"
#include "ctl/output/visible_text.hpp"
#include "ctl/verbs/mcp_verb.hpp"
#include "ctl/verbs/options.hpp"
#include "ctl/verbs/reply.hpp"
#include "ctl/verbs/verbs.hpp"

namespace mcpctl::ctl {
namespace {

constexpr std::string_view examples =
    "  mcpctl tools everything\n"
    "  mcpctl tools everything -o json | jq '.[] | select(.name == \"echo\") | .inputSchema'\n";

struct Options {
    McpTarget target;
};

std::string first_line(const std::string& text) {
    return text.substr(0, text.find_first_of("\r\n"));
}

void print_tools(const Context& context, const mcp::Json& tools) {
    if (context.prints_json()) {
        print_json(context, tools);
        return;
    }
    Table table{{"NAME", "DESCRIPTION"}, {}};
    for (const mcp::Json& tool : tools) {
        if (context.format == OutputFormat::name) {
            print(visible_text(text_at(tool, "name")) + '\n');
        }
        table.rows.push_back({{text_at(tool, "name")}, {first_line(text_at(tool, "description"))}});
    }
    if (context.format == OutputFormat::table) {
        print(layout(std::move(table), context.out));
    }
}

ExitCode tools(Context& context, const Options& options) {
    return with_mcp_client(context, options.target,
                           [&](McpClient& client, const Patience& patience) -> Result<ExitCode> {
                               return client.tools(patience).transform([&](const mcp::Json& all) {
                                   print_tools(context, all);
                                   return ExitCode::done;
                               });
                           });
}

}  // namespace

void add_tools(CLI::App& parent, Context& context) {
    auto options = std::make_shared<Options>();
    CLI::App& verb = add_verb(parent, context, "tools", "List the tools of an instance", examples);
    add_mcp_options(verb, options->target);
    add_output_option(verb, context);
    act(verb, context, options, tools);
}

}  // namespace mcpctl::ctl
