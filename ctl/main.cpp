// mcpctl: a table of verbs.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <format>
#include <string>
#include <vector>

#include "ctl/context.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/suggest.hpp"
#include "ctl/verbs/options.hpp"
#include "ctl/verbs/verbs.hpp"

namespace {

using namespace mcpctl;
using namespace mcpctl::ctl;

constexpr std::array verbs{add_server,     add_profile, add_start, add_stop,  add_restart, add_status,  add_list,
                           add_health,     add_logs,    add_audit, add_tools, add_call,    add_connect, add_sessions,
                           add_disconnect, add_secret,  add_token, add_jobs,  add_version};

constexpr std::string_view first_steps =
    "EXAMPLES:\n"
    "  mcpctl server add everything --transport streamable-http -- mcp-server-everything streamableHttp\n"
    "  mcpctl start everything\n"
    "  mcpctl status everything\n"
    "  mcpctl stop everything\n";

void describe(CLI::App& app, Context& context) {
    app.get_formatter()->column_width(34);
    app.get_formatter()->label("SUBCOMMAND", "VERB");
    app.set_version_flag("--version", "mcpctl " MCPCTL_VERSION);
    app.footer(std::format("{}\n{}\nDurations are seconds or 250ms, 90s, 1m30s. 'mcpctl VERB --help' explains a verb.",
                           first_steps, exit_codes_help()));
    app.require_subcommand(0, 1);
    add_connection_option(app, context);
    add_far_options(app, context, "Other machines");
    for (const auto add : verbs) {
        add(app, context);
    }
}

// Everything after the first "--" is the server's command and no business of the parser's: it stays as it is.
void split_command(int argc, char** argv, std::vector<std::string>& words, std::vector<std::string>& command) {
    char** const end = argv + argc;
    char** const dashes = std::find(argv + std::min(argc, 1), end, std::string_view("--"));
    words.assign(argv + std::min(argc, 1), dashes);
    if (dashes != end) {
        command.assign(dashes + 1, end);
    }
}

ExitCode usage_error(const std::string& reason, const std::string& hint) {
    print_reason(reason);
    print_detail("hint", hint);
    return ExitCode::usage;
}

// The innermost verb or group that was named.
const CLI::App& chosen(const CLI::App& app) {
    const auto subcommands = app.get_subcommands();
    return subcommands.empty() ? app : chosen(*subcommands.front());
}

std::string path_of(const CLI::App& app) {
    return app.get_parent() == nullptr ? "mcpctl" : path_of(*app.get_parent()) + " " + app.get_name();
}

ExitCode no_verb(const CLI::App& group, const std::vector<std::string>& extras) {
    const auto word = std::ranges::find_if(extras, [](const std::string& extra) { return !extra.starts_with('-'); });
    const std::string help = path_of(group) + " --help";
    if (word == extras.end()) {
        return extras.empty() ? usage_error("say what to do", help)
                              : usage_error(std::format("unknown option {}", extras.front()), help);
    }
    std::vector<std::string> names;
    for (const CLI::App* verb : group.get_subcommands([](const CLI::App*) { return true; })) {
        names.push_back(verb->get_name());
    }
    const auto suggestion = nearest(*word, names);
    return usage_error(std::format("unknown verb '{}'", *word),
                       suggestion ? std::format("did you mean '{} {}'?", path_of(group), *suggestion) : help);
}

ExitCode run(int argc, char** argv) {
    Context context;
    CLI::App app("Runs MCP servers as services of this machine.", "mcpctl");
    describe(app, context);
    std::vector<std::string> words;
    split_command(argc, argv, words, context.command);
    std::ranges::reverse(words);
    try {
        app.parse(std::move(words));
    } catch (const CLI::Success& help) {
        app.exit(help);
        return ExitCode::done;
    } catch (const CLI::ExtrasError& error) {
        const CLI::App& verb = chosen(app);
        return verb.get_subcommands([](const CLI::App*) { return true; }).empty()
                   ? usage_error(error.what(), path_of(verb) + " --help")
                   : no_verb(verb, verb.remaining());
    } catch (const CLI::ParseError& error) {
        return usage_error(error.what(), path_of(chosen(app)) + " --help");
    }
    if (const char* host = std::getenv("MCPCTL_HOST"); host != nullptr && context.remote.host.empty()) {
        context.remote.host = host;
    }
    if (!context.action) {
        return no_verb(chosen(app), {});
    }
    if (!context.command.empty() && !context.takes_command) {
        return usage_error("only 'server add' takes a command after --", path_of(chosen(app)) + " --help");
    }
    return context.action(context);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const ExitCode code = run(argc, argv);
        if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
            print_reason("cannot write the output");
            return int(ExitCode::failed);
        }
        return int(code);
    } catch (const std::exception& error) {
        print_reason(std::format("this is a defect of mcpctl: {}", error.what()));
        return int(ExitCode::failed);
    }
}
