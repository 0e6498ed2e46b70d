// mcpctl: parses the command line and does what was said.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <format>
#include <string>
#include <vector>

#include "ctl/command_line.hpp"
#include "ctl/context.hpp"
#include "ctl/exit_code.hpp"
#include "ctl/suggest.hpp"

namespace {

using namespace mcpctl;
using namespace mcpctl::ctl;

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

ExitCode no_verb(const CLI::App& group, const std::vector<std::string>& extras) {
    const auto word = std::ranges::find_if(extras, [](const std::string& extra) { return !extra.starts_with('-'); });
    const std::string help = path_of(group) + " --help";
    if (word == extras.end()) {
        return extras.empty() ? usage_error("say what to do", help)
                              : usage_error(std::format("unknown option {}", extras.front()), help);
    }
    std::vector<std::string> names;
    for (const CLI::App* verb : shown_verbs(group)) {
        names.push_back(verb->get_name());
    }
    const auto suggestion = nearest(*word, names);
    return usage_error(std::format("unknown verb '{}'", *word),
                       suggestion ? std::format("did you mean '{} {}'?", path_of(group), *suggestion) : help);
}

ExitCode run(int argc, char** argv) {
    Context context;
    CLI::App app(what_mcpctl_is(), "mcpctl");
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
        return shown_verbs(verb).empty() ? usage_error(error.what(), path_of(verb) + " --help")
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
