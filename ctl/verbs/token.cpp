#include <format>

#include "ctl/output/time_text.hpp"
#include "ctl/output/visible_text.hpp"
#include "ctl/verbs/definition_verbs.hpp"
#include "ctl/verbs/listing.hpp"
#include "ctl/verbs/options.hpp"
#include "ctl/verbs/verbs.hpp"

namespace mcpctl::ctl {
namespace {

constexpr std::string_view create_examples =
    "  mcpctl token create --name dashboard --scope view,logs\n"
    "  mcpctl token create --name ci --scope view,control --profiles search,files --expires 30d\n"
    "  mcpctl token create --name ci --scope view --quiet >token        (mode 0600: umask 077 first)\n"
    "\n"
    "  Scopes: view     what is public: instances, their state and health\n"
    "          logs     read what servers have written\n"
    "          control  start, stop and restart\n"
    "          connect  open sessions\n"
    "          define   define servers, where [tokens] define = true in mcpctl.toml allows it\n";

struct CreateOptions {
    std::string name;
    std::vector<std::string> scopes;
    std::vector<std::string> profiles;
    std::string expires;
    bool quiet = false;
};
struct NameOptions {
    std::string name;
    bool yes = false;
};
struct NoOptions {};

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) {
        text.append(text.empty() ? "" : ", ").append(word);
    }
    return text;
}

ExitCode create(Context& context, const CreateOptions& options) {
    TokenOptions wanted{options.scopes, options.profiles, {}};
    if (!options.expires.empty()) {
        const auto expires = parse_duration(options.expires, "--expires");
        if (!expires) {
            return report(context, expires.error());
        }
        wanted.expires_in = *expires;
    }
    const auto secret = context.agent().create_token(options.name, wanted);
    if (!secret) {
        return report(context, secret.error());
    }
    if (options.quiet) {
        print(*secret + '\n');
        return ExitCode::done;
    }
    print(std::format("Created token {} for {}{}\n", visible_text(options.name), joined(options.scopes),
                      options.profiles.empty() ? "" : "; only " + joined(options.profiles)));
    print(*secret + '\n');
    print("This is shown once. Whoever has it can use it: keep it in a file that nobody else can read.\n");
    return ExitCode::done;
}

std::string moment(std::uint64_t at, const char* when_never) {
    return at == 0 ? when_never : local_time(at);
}

std::vector<Cell> row_of(const TokenInfo& token) {
    const bool expired = token.expires_at != 0 && token.expires_at <= now_microseconds();
    return {{token.name},
            {joined(token.scopes)},
            {token.profiles.empty() ? "all" : joined(token.profiles)},
            {expired ? "expired" : moment(token.expires_at, "never"), expired ? Colour::red : Colour::none},
            {token.last_used_at == 0 ? "never" : elapsed(token.last_used_at, now_microseconds()) + " ago"}};
}

ExitCode list(Context& context, const NoOptions&) {
    const Listing<TokenInfo> listing{{"NAME", "SCOPES", "PROFILES", "EXPIRES", "LAST USED"},
                                     row_of,
                                     [](const TokenInfo& token) { return token.name; },
                                     "No tokens. 'mcpctl token create --help' tells how to make one."};
    return print_listing(context, context.agent().tokens(), listing);
}

std::vector<std::string> token_names(Context& context) {
    std::vector<std::string> names;
    if (const auto tokens = context.agent().tokens()) {
        for (const TokenInfo& token : *tokens) {
            names.push_back(token.name);
        }
    }
    return names;
}

ExitCode revoke(Context& context, const NameOptions& options) {
    return remove_definition(
        context, {options.name, options.yes, std::format("Revoke token {}? It stops working at once.", options.name),
                  std::format("Revoked token {}", options.name),
                  [&] { return context.agent().revoke_token(options.name); }, [&] { return token_names(context); }});
}

void add_create(CLI::App& group, Context& context) {
    auto options = std::make_shared<CreateOptions>();
    CLI::App& verb = add_verb(group, context, "create", "Make a token for a remote caller", create_examples);
    verb.add_option("--name", options->name, "Name: lower-case letters, digits and dashes")->required();
    verb.add_option("--scope", options->scopes, "What it is for; several with commas")
        ->delimiter(',')
        ->required()
        ->option_text("SCOPE[,…]");
    verb.add_option("--profiles", options->profiles, "Only for these profiles and their instances; default: all")
        ->delimiter(',')
        ->option_text("NAME[,…]");
    verb.add_option("--expires", options->expires, "How long it is valid, at most a year; default: until it is revoked")
        ->option_text("DURATION");
    verb.add_flag("-q,--quiet", options->quiet, "Print the token alone");
    act(verb, context, options, create);
}

}  // namespace

void add_token(CLI::App& parent, Context& context) {
    CLI::App& group = add_group(parent, "token", "Let remote callers in: create, list and revoke their tokens");
    add_create(group, context);

    CLI::App& list_verb = add_verb(group, context, "list", "List the tokens", "  mcpctl token list -o json\n");
    add_output_option(list_verb, context);
    act(list_verb, context, std::make_shared<NoOptions>(), list);

    auto revoked = std::make_shared<NameOptions>();
    CLI::App& revoke_verb =
        add_verb(group, context, "revoke", "Make a token worthless, at once", "  mcpctl token revoke ci --yes\n");
    revoke_verb.add_option("NAME", revoked->name, "Token to revoke")->required();
    revoke_verb.add_flag("-y,--yes", revoked->yes, "Do not ask");
    act(revoke_verb, context, revoked, revoke);
}

}  // namespace mcpctl::ctl
