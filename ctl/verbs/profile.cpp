#include <format>
#include <nlohmann/json.hpp>

#include "ctl/definition_flags.hpp"
#include "ctl/output/visible_text.hpp"
#include "ctl/verbs/definition_verbs.hpp"
#include "ctl/verbs/listing.hpp"
#include "ctl/verbs/options.hpp"
#include "ctl/verbs/verbs.hpp"

namespace mcpctl::ctl {
namespace {

constexpr std::string_view add_examples =
    "  mcpctl profile add small --server everything --memory 256M --cpu 0.5\n"
    "  mcpctl profile add docs --server files --arg /srv/docs --read-path /srv/docs --autostart\n"
    "  mcpctl profile add -f profile.json\n";

struct AddOptions {
    ProfileFlags flags;
    std::string file;
};
struct NameOptions {
    std::string name;
    bool yes = false;
};
struct ShowOptions {
    std::string name;
    bool effective = false;
};
struct NoOptions {};

Result<Definition> wanted(const AddOptions& options) {
    if (!options.file.empty()) {
        if (!options.flags.name.empty() || !options.flags.server.empty()) {
            return fail(ErrorCode::InvalidArgument, "the file holds the whole definition: leave out name and server",
                        "--file");
        }
        return definition_from_file(options.file);
    }
    constexpr std::string_view hint = "mcpctl profile add NAME --server SERVER";
    if (options.flags.name.empty()) {
        return fail(ErrorCode::InvalidArgument, "the profile needs a name", "NAME", std::string(hint));
    }
    if (options.flags.server.empty()) {
        return fail(ErrorCode::InvalidArgument, "say which server it configures", "--server", std::string(hint));
    }
    return definition_from(options.flags);
}

ExitCode add(Context& context, const AddOptions& options) {
    const auto definition = wanted(options);
    if (!definition) {
        return report(context, definition.error());
    }
    if (const auto added = context.agent().add_profile(definition->json); !added) {
        return report_unknown(context, added.error(), options.flags.server, [&] { return server_names(context); });
    }
    print(std::format("Added profile {}\n", visible_text(definition->name)));
    return ExitCode::done;
}

ExitCode list(Context& context, const NoOptions&) {
    const Listing<ProfileInfo> listing{
        {"NAME", "SERVER", "RUNTIME", "AUTOSTART"},
        [](const ProfileInfo& profile) {
            return std::vector<Cell>{
                {profile.name}, {profile.server}, {profile.runtime}, {profile.autostart ? "yes" : "no"}};
        },
        [](const ProfileInfo& profile) { return profile.name; },
        "No profiles. 'mcpctl server add --help' tells how to add a server, which brings one along."};
    return print_listing(context, context.agent().profiles(), listing);
}

ExitCode show(Context& context, const ShowOptions& options) {
    AgentClient& agent = context.agent();
    const auto definition =
        options.effective ? agent.effective_settings(options.name) : agent.profile_definition(options.name);
    if (!definition) {
        return report_unknown(context, definition.error(), options.name, [&] { return profile_names(context); });
    }
    return print_definition(context, options.name, *definition);
}

ExitCode remove(Context& context, const NameOptions& options) {
    return remove_definition(context, {options.name, options.yes, std::format("Remove profile {}?", options.name),
                                       std::format("Removed profile {}", options.name),
                                       [&] { return context.agent().remove_profile(options.name); },
                                       [&] { return profile_names(context); }});
}

void add_run_options(CLI::App& verb, ProfileFlags& flags) {
    add_repeated(verb, "--env", flags.env, "Environment variable, stronger than the server's; may be repeated")
        .option_text("NAME=VALUE");
    add_repeated(verb, "--secret", flags.secrets, "Secret it gets as a file, and as a variable; may be repeated")
        .option_text("NAME[=VARIABLE]");
    add_repeated(verb, "--arg", flags.args, "Argument appended to the server's command; may be repeated")
        .option_text("ARGUMENT");
    verb.add_option("--runtime", flags.runtime, "What runs it; docker needs a server with an image; default: systemd")
        ->option_text("systemd|docker");
    verb.add_option("--engine", flags.engine,
                    "docker: which of the configured engines; default: the first that answers");
    verb.add_option("--pull", flags.pull, "docker: when its image is fetched; default: missing")
        ->option_text("never|missing|always");
    verb.add_option("--restart", flags.restart, "When to start it again by itself; default: on-failure")
        ->option_text("no|on-failure|always");
    verb.add_option("--health-interval", flags.health_interval, "How often it is asked for health; default: 10s")
        ->option_text("DURATION");
    verb.add_option("--health-timeout", flags.health_timeout, "Until it must have answered; default: 5s")
        ->option_text("DURATION");
    verb.add_option("--failure-threshold", flags.failure_threshold, "Failed checks until it is not ready; default: 3")
        ->option_text("NUMBER");
    verb.add_option("--unhealthy-after", flags.unhealthy_after, "Alert also when unwell for so long; default: never")
        ->option_text("DURATION");
    verb.add_option("--on-unhealthy", flags.on_unhealthy, "What follows then; default: alert")
        ->option_text("alert|restart");
    verb.add_option("--start-timeout", flags.start_timeout, "Until it must be ready; default: 60s")
        ->option_text("DURATION");
    verb.add_option("--drain-timeout", flags.drain_timeout, "From SIGTERM to SIGKILL; default: 30s")
        ->option_text("DURATION");
    verb.add_option("--max-drain-timeout", flags.max_drain_timeout, "The longest that a stop may ask for; default: 90s")
        ->option_text("DURATION");
    verb.add_option("--standby", flags.standby, "stdio: processes started ahead; 0: each on demand; default: 1")
        ->option_text("NUMBER");
    verb.add_option("--max-sessions", flags.max_sessions, "stdio: most processes at a time; default: 128")
        ->option_text("NUMBER");
    verb.add_flag("--autostart", flags.autostart, "At boot, start an instance if there is none");
}

void add_confinement_options(CLI::App& verb, ProfileFlags& flags) {
    verb.add_option("--user", flags.user, "User of this machine whose processes they are; default: one of its own")
        ->option_text("USER");
    verb.add_option("--memory", flags.memory, "Limit of its memory: bytes, or 512M, 2G")->option_text("SIZE");
    verb.add_option("--cpu", flags.cpu, "Limit in processors: 0.5 is half of one")->option_text("NUMBER");
    verb.add_option("--tasks", flags.tasks, "Limit of its processes and threads")->option_text("NUMBER");
    verb.add_option("--network", flags.network,
                    "none; loopback: only this machine; full: other hosts too; default: full for stdio, else loopback")
        ->option_text("none|loopback|full");
    add_repeated(verb, "--read-path", flags.read_paths, "Absolute path that it may read; may be repeated")
        .option_text("PATH");
    add_repeated(verb, "--write-path", flags.write_paths, "Absolute path that it may write; may be repeated")
        .option_text("PATH");
    verb.add_flag("--no-jit", flags.no_jit, "Forbid executable memory, which Node and most runtimes need");
}

void add_add(CLI::App& group, Context& context) {
    auto options = std::make_shared<AddOptions>();
    CLI::App& verb = add_verb(group, context, "add", "Define a profile of a server", add_examples);
    verb.usage(
        "Usage: mcpctl profile add NAME --server SERVER [OPTIONS]\n"
        "       mcpctl profile add -f FILE");
    verb.add_option("NAME", options->flags.name, "Name: lower-case letters, digits and dashes");
    verb.add_option("--server", options->flags.server, "Server that it configures");
    add_run_options(verb, options->flags);
    add_confinement_options(verb, options->flags);
    verb.add_option("-f,--file", options->file, "Take the whole definition as JSON from FILE, - for stdin")
        ->option_text("FILE");
    act(verb, context, options, add);
}

}  // namespace

void add_profile(CLI::App& parent, Context& context) {
    CLI::App& group = add_group(parent, "profile", "Configure servers: add, list, show, remove");
    add_add(group, context);

    CLI::App& list_verb = add_verb(group, context, "list", "List the profiles", "  mcpctl profile list -o name\n");
    add_output_option(list_verb, context);
    act(list_verb, context, std::make_shared<NoOptions>(), list);

    auto shown = std::make_shared<ShowOptions>();
    CLI::App& show_verb = add_verb(group, context, "show", "Show a definition, every field with its effective value",
                                   "  mcpctl profile show everything\n"
                                   "  mcpctl profile show everything --effective\n");
    show_verb.add_option("NAME", shown->name, "Profile to show")->required();
    show_verb.add_flag("--effective", shown->effective,
                       "What its next instance runs under: server, profile, and the settings that enforce the sandbox");
    add_output_option(show_verb, context);
    act(show_verb, context, shown, show);

    auto removed = std::make_shared<NameOptions>();
    CLI::App& remove_verb = add_verb(group, context, "remove", "Remove a profile that no instance uses",
                                     "  mcpctl profile remove small --yes\n");
    remove_verb.add_option("NAME", removed->name, "Profile to remove")->required();
    remove_verb.add_flag("-y,--yes", removed->yes, "Do not ask");
    act(remove_verb, context, removed, remove);
}

}  // namespace mcpctl::ctl
