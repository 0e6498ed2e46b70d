#include "ctl/verbs/options.hpp"

#include <format>

#include "ctl/output/visible_text.hpp"

namespace mcpctl::ctl {

CLI::App& add_group(CLI::App& parent, const std::string& name, const std::string& summary) {
    CLI::App& group = *parent.add_subcommand(name, summary)->group("Verbs");
    group.get_formatter()->label("SUBCOMMAND", "VERB");
    // At most one verb: otherwise an instance that is named like a verb could not be addressed.
    group.require_subcommand(0, 1);
    return group;
}

CLI::App& add_verb(CLI::App& parent, Context& context, const std::string& name, const std::string& summary,
                   std::string_view examples) {
    CLI::App& verb = add_verb_without_way(parent, name, summary, examples);
    add_connection_option(verb, context);
    add_far_options(verb, context, "");
    return verb;
}

CLI::App& add_verb_without_way(CLI::App& parent, const std::string& name, const std::string& summary,
                               std::string_view examples) {
    CLI::App& verb = *parent.add_subcommand(name, summary)->group("Verbs");
    verb.footer(std::format("EXAMPLES:\n{}", examples));
    return verb;
}

void add_connection_option(CLI::App& app, Context& context) {
    add_choice<ConnectionChoice>(
        app, "--connection", context.connection,
        {{"auto", ConnectionChoice::automatic}, {"socket", ConnectionChoice::socket}, {"bus", ConnectionChoice::bus}},
        "Way to the agent: auto (its own socket where we may use it, else the system bus), socket or bus")
        .envname("MCPCTL_CONNECTION");
}

void add_far_options(CLI::App& app, Context& context, const std::string& group_of_the_rest) {
    app.add_option("--host", context.remote.host,
                   "Another machine, by its HTTP bridge; default: $MCPCTL_HOST, else this one")
        ->option_text("URL");
    app.add_option(
           "--token-file", context.remote.token_file,
           "Its token, in a file that nobody else can read; default: $MCPCTL_TOKEN, else ~/.config/mcpctl/token")
        ->option_text("FILE")
        ->group(group_of_the_rest);
    app.add_option("--cacert", context.remote.ca_file,
                   "Who signed its certificate; default: $SSL_CERT_FILE, else whom this system trusts")
        ->option_text("FILE")
        ->group(group_of_the_rest);
    app.add_option("--proxy", context.remote.proxy, "Proxy on the way; default: $https_proxy, $http_proxy, $no_proxy")
        ->option_text("URL")
        ->group(group_of_the_rest);
    app.add_flag("--insecure-http", context.remote.insecure_http,
                 "Send the token also where everybody on the way can read it")
        ->group(group_of_the_rest);
}

void add_output_option(CLI::App& verb, Context& context) {
    add_choice<OutputFormat>(
        verb, "-o,--output", context.format,
        {{"table", OutputFormat::table},
         {"json", OutputFormat::json},
         {"ndjson", OutputFormat::ndjson},
         {"name", OutputFormat::name}},
        "Output: table for people, json for programs, ndjson for an object a line, name for names only");
    verb.add_flag_callback("-q,--quiet", [&context] { context.format = OutputFormat::name; }, "Names only, as -o name");
}

CLI::Option& add_repeated(CLI::App& verb, const std::string& name, std::vector<std::string>& values,
                          const std::string& description) {
    return *verb.add_option(name, values, description)->type_size(1)->expected(1)->allow_extra_args(false)->take_all();
}

ExitCode ask_first(bool yes, const std::string& question) {
    switch (yes ? Answer::yes : confirm(visible_text(question))) {
        case Answer::yes:
            return ExitCode::done;
        case Answer::no:
            print_reason("nothing was changed");
            return ExitCode::failed;
        case Answer::nobody_to_ask:
            break;
    }
    print_reason("this needs a confirmation, and there is no terminal to ask on");
    print_detail("hint", "repeat it with --yes");
    return ExitCode::usage;
}

}  // namespace mcpctl::ctl
