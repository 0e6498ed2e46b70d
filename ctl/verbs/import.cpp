#include <poll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <format>
#include <memory>

#include "ctl/clients/config_file.hpp"
#include "ctl/clients/jsonc.hpp"
#include "ctl/far/only_there.hpp"
#include "ctl/import/apply.hpp"
#include "ctl/import/ask_values.hpp"
#include "ctl/import/existing.hpp"
#include "ctl/import/plan_text.hpp"
#include "ctl/import/sources.hpp"
#include "ctl/interrupt.hpp"
#include "ctl/output/visible_text.hpp"
#include "ctl/verbs/options.hpp"
#include "ctl/verbs/reply.hpp"
#include "ctl/verbs/verbs.hpp"

namespace mcpctl::ctl {
namespace {

constexpr std::string_view examples =
    "  mcpctl import ~/.config/Claude/claude_desktop_config.json --dry-run\n"
    "  mcpctl import .vscode/mcp.json --only github\n"
    "  GITHUB_TOKEN=… mcpctl import .mcp.json --yes\n"
    "  curl -s https://example.org/server.json | mcpctl import -\n"
    "  mcpctl export >servers.json                    (on one machine)\n"
    "  mcpctl import servers.json                     (on another)\n"
    "\n"
    "  Reads mcpServers (Claude Desktop, Claude Code, Cursor), servers and inputs (VS Code), server.json of "
    "registries,\n"
    "  and what 'mcpctl export' prints. Values that look like secrets are stored encrypted. Values that are not in "
    "the\n"
    "  file are taken from the environment, or asked for on a terminal.\n";

struct ImportOptions {
    std::string file;
    Selection selection;
    bool dry_run = false;
    bool yes = false;
};

Result<Source> source_from(const std::string& path) {
    return read_configuration(path)
        .and_then([&](const std::string& text) { return parse_jsonc(text, path == "-" ? "standard input" : path); })
        .and_then([&](const Json& document) {
            std::error_code ignored;
            return read_source(document, std::filesystem::absolute(path, ignored).lexically_normal().string());
        });
}

ExitCode report_all(Context& context, const std::vector<Error>& errors) {
    ExitCode code = ExitCode::failed;
    for (const Error& error : errors) {
        code = report(context, error);
    }
    return code;
}

void print_result(Context& context, const Plan& plan, bool applied) {
    if (context.prints_json()) {
        Json document = plan_json(plan);
        document["applied"] = applied;
        print_json(context, document);
        return;
    }
    const bool names_only = context.format == OutputFormat::name;
    for (const Planned& planned : plan.servers) {
        if (names_only && planned.changes()) {
            print(visible_text(planned.name) + '\n');
        }
    }
    if (!names_only && applied) {
        print(std::format("Imported {}\n", amount_text(plan)));
    }
}

bool changes_nothing(const Plan& plan) {
    return std::ranges::none_of(plan.servers, &Planned::changes);
}

bool has_kept(const Plan& plan) {
    return std::ranges::contains(plan.servers, Step::keep, &Planned::step);
}

ExitCode carry_out(Context& context, const Plan& plan) {
    AgentSteps steps = steps_of(context);
    // Ctrl+C is looked at between steps, so that what is half done can be taken back.
    const Interrupt interrupt;
    steps.interrupted = [&interrupt] {
        pollfd watched{interrupt.fd(), POLLIN, 0};
        return ::poll(&watched, 1, 0) > 0;
    };
    if (const auto done = apply_plan(plan, steps); !done) {
        const ExitCode code = report(context, done.error());
        return done.error().code == ErrorCode::Canceled ? ExitCode::interrupted : code;
    }
    print_result(context, plan, true);
    const auto first = std::ranges::find_if(plan.servers, &Planned::changes);
    if (context.out.interactive && context.format == OutputFormat::table && first != plan.servers.end()) {
        print(std::format("Start one with: mcpctl start {}\n", first->name));
    }
    return ExitCode::done;
}

// The plan with every value that somebody can be asked for.
Result<Plan> complete_plan(const Source& source, const Existing& existing, const ImportOptions& options) {
    const Machine machine = Machine::here();
    Answers answers;
    auto plan = plan_import(source, machine, existing, answers, options.selection);
    if (!plan || plan->missing.empty() || options.dry_run || ::isatty(STDIN_FILENO) == 0) {
        return plan;
    }
    return ask_values(plan->missing, answers).and_then([&] {
        return plan_import(source, machine, existing, answers, options.selection);
    });
}

ExitCode run_import(Context& context, const ImportOptions& options) {
    if (context.is_far()) {
        return report(context, far::only_there(far::OnlyThere::definitions).error());
    }
    ::prctl(PR_SET_DUMPABLE, 0);  // no core file, no debugger
    const auto source = source_from(options.file);
    if (!source) {
        return report(context, source.error());
    }
    const auto existing = existing_in(context);
    if (!existing) {
        return report(context, existing.error());
    }
    const auto plan = complete_plan(*source, *existing, options);
    if (!plan) {
        return report(context, plan.error());
    }
    std::vector<Error> refusals = refusals_of(plan->missing);
    refusals.insert(refusals.end(), plan->refusals.begin(), plan->refusals.end());
    if (context.format == OutputFormat::table) {
        print(plan_text(*plan, context.out));
        std::fflush(stdout);  // before anything on stderr
    }
    if (options.dry_run || changes_nothing(*plan)) {
        print_result(context, *plan, false);
        const bool fruitless = !options.dry_run && !has_kept(*plan);
        return refusals.empty() ? (fruitless ? ExitCode::failed : ExitCode::done) : report_all(context, refusals);
    }
    if (!refusals.empty()) {
        const ExitCode code = report_all(context, refusals);
        print_reason("nothing was changed");
        return code;
    }
    const ExitCode answer = ask_first(options.yes, std::format("Add {}?", amount_text(*plan)));
    return answer == ExitCode::done ? carry_out(context, *plan) : answer;
}

}  // namespace

void add_import(CLI::App& parent, Context& context) {
    auto options = std::make_shared<ImportOptions>();
    CLI::App& verb =
        add_verb(parent, context, "import", "Define servers from the configuration of an MCP client", examples);
    verb.add_option("FILE", options->file, "The client's file, - for stdin; comments are understood")->required();
    add_repeated(verb, "--only", options->selection.only, "Only the server of this name; may be repeated")
        .option_text("NAME");
    verb.add_flag("--replace", options->selection.replace, "Put them in the place of servers of the same name");
    verb.add_flag("--dry-run", options->dry_run, "Show what would be done, and do nothing");
    verb.add_flag("-y,--yes", options->yes, "Do not ask");
    add_output_option(verb, context);
    act(verb, context, options, run_import);
}

}  // namespace mcpctl::ctl
