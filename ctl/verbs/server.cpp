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
    "  mcpctl server add everything -- mcp-server-everything\n"
    "  mcpctl server add shared --transport streamable-http -- mcp-server-everything streamableHttp\n"
    "  mcpctl server add files --transport sse --env ROOT=/srv -- files-server --port {port}\n"
    "  mcpctl server add search --image ghcr.io/owner/search:1.4 -- --verbose\n"
    "  mcpctl server add -f server.json\n"
    "\n"
    "  With HTTP {port} in the command becomes the instance's port, which the server also finds in $PORT.\n"
    "  A profile of the same name is added with it: mcpctl start everything\n";

struct AddOptions {
    ServerFlags flags;
    std::string file;
};
struct NameOptions {
    std::string name;
    bool yes = false;
};
struct NoOptions {};

Result<Definition> wanted(const Context& context, AddOptions options) {
    options.flags.command = context.command;
    if (!options.file.empty()) {
        if (!options.flags.name.empty() || !options.flags.command.empty()) {
            return fail(ErrorCode::InvalidArgument, "the file holds the whole definition: leave out name and command",
                        "--file");
        }
        return definition_from_file(options.file);
    }
    constexpr std::string_view hint = "mcpctl server add NAME -- COMMAND ARGUMENT…";
    if (options.flags.name.empty()) {
        return fail(ErrorCode::InvalidArgument, "the server needs a name", "NAME", std::string(hint));
    }
    if (options.flags.command.empty() && options.flags.image.empty()) {
        return fail(ErrorCode::InvalidArgument, "the server needs a command, after --, or an image", "COMMAND",
                    std::string(hint));
    }
    return definition_from(options.flags);
}

ExitCode add(Context& context, const AddOptions& options) {
    const auto definition = wanted(context, options);
    if (!definition) {
        return report(context, definition.error());
    }
    if (const auto added = context.agent().add_server(definition->json); !added) {
        return report(context, added.error());
    }
    const std::string name = visible_text(definition->name);
    print(std::format("Added server {} and profile {}\n", name, name));
    if (context.out.interactive) {
        print(std::format("Start it with: mcpctl start {}\n", name));
    }
    return ExitCode::done;
}

ExitCode list(Context& context, const NoOptions&) {
    const Listing<ServerInfo> listing{{"NAME", "TRANSPORT", "VERSION", "DESCRIPTION"},
                                      [](const ServerInfo& server) {
                                          return std::vector<Cell>{{server.name},
                                                                   {server.transport},
                                                                   {server.version.empty() ? "-" : server.version},
                                                                   {server.description}};
                                      },
                                      [](const ServerInfo& server) { return server.name; },
                                      "No servers. 'mcpctl server add --help' tells how to add one."};
    return print_listing(context, context.agent().servers(), listing);
}

ExitCode show(Context& context, const NameOptions& options) {
    const auto definition = context.agent().server_definition(options.name);
    if (!definition) {
        return report_unknown(context, definition.error(), options.name, [&] { return server_names(context); });
    }
    return print_definition(context, options.name, *definition);
}

ExitCode remove(Context& context, const NameOptions& options) {
    return remove_definition(
        context,
        {options.name, options.yes, std::format("Remove server {} and the profile of the same name?", options.name),
         std::format("Removed server {}", options.name), [&] { return context.agent().remove_server(options.name); },
         [&] { return server_names(context); }});
}

void add_add(CLI::App& group, Context& context) {
    auto options = std::make_shared<AddOptions>();
    CLI::App& verb =
        add_verb(group, context, "add", "Define an MCP server, and a profile of the same name", add_examples);
    verb.usage(
        "Usage: mcpctl server add NAME [OPTIONS] -- COMMAND ARGUMENT…\n"
        "       mcpctl server add NAME --image IMAGE [OPTIONS] [-- ARGUMENT…]\n"
        "       mcpctl server add -f FILE");
    verb.add_option("NAME", options->flags.name, "Name: lower-case letters, digits and dashes");
    verb.add_option("--transport", options->flags.transport, "How it speaks; default: stdio")
        ->option_text("stdio|streamable-http|sse");
    verb.add_option("--image", options->flags.image,
                    "Runs in containers of this image; its profile's runtime is docker");
    verb.add_option("--description", options->flags.description, "For people");
    add_repeated(verb, "--env", options->flags.env, "Environment variable; may be repeated").option_text("NAME=VALUE");
    add_repeated(verb, "--secret", options->flags.secrets,
                 "Secret it gets as a file, and as a variable; may be repeated")
        .option_text("NAME[=VARIABLE]");
    verb.add_option("--port", options->flags.port,
                    "HTTP: fixed port; default: one from the agent's range per instance");
    verb.add_option("--path", options->flags.path, "HTTP: path of its endpoint; default: /mcp, or /sse");
    verb.add_option("-f,--file", options->file, "Take the whole definition as JSON from FILE, - for stdin")
        ->option_text("FILE");
    verb.callback([&context, options] {
        context.takes_command = true;
        context.action = [options](Context& chosen) { return add(chosen, *options); };
    });
}

}  // namespace

void add_server(CLI::App& parent, Context& context) {
    CLI::App& group = add_group(parent, "server", "Define MCP servers: add, list, show, remove");
    add_add(group, context);

    CLI::App& list_verb = add_verb(group, context, "list", "List the servers", "  mcpctl server list -o name\n");
    add_output_option(list_verb, context);
    act(list_verb, context, std::make_shared<NoOptions>(), list);

    auto shown = std::make_shared<NameOptions>();
    CLI::App& show_verb = add_verb(group, context, "show", "Show a definition, every field with its effective value",
                                   "  mcpctl server show everything\n"
                                   "  mcpctl server show everything -o json >server.json\n");
    show_verb.add_option("NAME", shown->name, "Server to show")->required();
    add_output_option(show_verb, context);
    act(show_verb, context, shown, show);

    auto removed = std::make_shared<NameOptions>();
    CLI::App& remove_verb = add_verb(group, context, "remove", "Remove a server that nothing uses",
                                     "  mcpctl server remove everything --yes\n");
    remove_verb.add_option("NAME", removed->name, "Server to remove")->required();
    remove_verb.add_flag("-y,--yes", removed->yes, "Do not ask");
    act(remove_verb, context, removed, remove);
}

}  // namespace mcpctl::ctl
