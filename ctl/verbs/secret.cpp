#include <sys/prctl.h>

#include <cstring>
#include <format>

#include "ctl/output/time_text.hpp"
#include "ctl/output/visible_text.hpp"
#include "ctl/secret_input.hpp"
#include "ctl/verbs/definition_verbs.hpp"
#include "ctl/verbs/listing.hpp"
#include "ctl/verbs/options.hpp"
#include "ctl/verbs/verbs.hpp"

namespace mcpctl::ctl {
namespace {

constexpr std::string_view set_examples =
    "  mcpctl secret set api-key                     (asks for it; what is typed is not shown)\n"
    "  pass show work/api-key | mcpctl secret set api-key\n"
    "  mcpctl secret set tls-key --file key.pem\n"
    "\n"
    "  A server gets it when its definition, or its profile's, names it:\n"
    "    \"secrets\": [{\"name\": \"api-key\", \"env\": \"API_KEY\"}, {\"name\": \"tls-key\"}]\n"
    "  as the file $CREDENTIALS_DIRECTORY/NAME, and as the variable where \"env\" names one.\n"
    "  A value that is set anew reaches a server when it is started next: mcpctl restart INSTANCE\n";

struct SetOptions {
    std::string name;
    std::string file;
};
struct NameOptions {
    std::string name;
    bool yes = false;
};
struct NoOptions {};

ExitCode set(Context& context, const SetOptions& options) {
    ::prctl(PR_SET_DUMPABLE, 0);  // no core file, no debugger
    auto value = read_secret(options.name, options.file);
    if (!value) {
        return report(context, value.error());
    }
    const auto done = context.agent().set_secret(options.name, *value);
    ::explicit_bzero(value->data(), value->size());
    if (!done) {
        return report(context, done.error());
    }
    print(std::format("Set secret {}\n", visible_text(options.name)));
    return ExitCode::done;
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) {
        text.append(text.empty() ? "" : ", ").append(word);
    }
    return text;
}

ExitCode list(Context& context, const NoOptions&) {
    const Listing<SecretInfo> listing{{"NAME", "SET", "USED BY"},
                                      [](const SecretInfo& secret) {
                                          return std::vector<Cell>{
                                              {secret.name},
                                              {elapsed(secret.set_at, now_microseconds()) + " ago"},
                                              {secret.used_by.empty() ? "-" : joined(secret.used_by)}};
                                      },
                                      [](const SecretInfo& secret) { return secret.name; },
                                      "No secrets. 'mcpctl secret set --help' tells how to set one."};
    return print_listing(context, context.agent().secrets(), listing);
}

std::vector<std::string> secret_names(Context& context) {
    std::vector<std::string> names;
    if (const auto secrets = context.agent().secrets()) {
        for (const SecretInfo& secret : *secrets) {
            names.push_back(secret.name);
        }
    }
    return names;
}

ExitCode remove(Context& context, const NameOptions& options) {
    return remove_definition(
        context, {options.name, options.yes, std::format("Remove secret {}? Nobody can read it back.", options.name),
                  std::format("Removed secret {}", options.name),
                  [&] { return context.agent().remove_secret(options.name); }, [&] { return secret_names(context); }});
}

}  // namespace

void add_secret(CLI::App& parent, Context& context) {
    CLI::App& group = add_group(parent, "secret", "Keep secrets of servers, encrypted: set, list, remove");

    auto wanted = std::make_shared<SetOptions>();
    CLI::App& set_verb =
        add_verb(group, context, "set", "Set a secret: typed, from standard input, or from a file", set_examples);
    set_verb.add_option("NAME", wanted->name, "Name: lower-case letters, digits and dashes")->required();
    set_verb.add_option("-f,--file", wanted->file, "Take the value from FILE, - for stdin; at most 16 KiB")
        ->option_text("FILE");
    act(set_verb, context, wanted, set);

    CLI::App& list_verb =
        add_verb(group, context, "list", "List the secrets, without their values", "  mcpctl secret list -o json\n");
    add_output_option(list_verb, context);
    act(list_verb, context, std::make_shared<NoOptions>(), list);

    auto removed = std::make_shared<NameOptions>();
    CLI::App& remove_verb = add_verb(group, context, "remove", "Remove a secret that nothing uses",
                                     "  mcpctl secret remove api-key --yes\n");
    remove_verb.add_option("NAME", removed->name, "Secret to remove")->required();
    remove_verb.add_flag("-y,--yes", removed->yes, "Do not ask");
    act(remove_verb, context, removed, remove);
}

}  // namespace mcpctl::ctl
