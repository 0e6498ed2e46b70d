#include <algorithm>
#include <cstdio>
#include <format>
#include <nlohmann/json.hpp>

#include "ctl/clients/client_kind.hpp"
#include "ctl/clients/config_file.hpp"
#include "ctl/clients/jsonc.hpp"
#include "ctl/clients/member_edit.hpp"
#include "ctl/far/only_there.hpp"
#include "ctl/import/machine.hpp"
#include "ctl/output/json.hpp"
#include "ctl/output/visible_text.hpp"
#include "ctl/verbs/options.hpp"
#include "ctl/verbs/verbs.hpp"

namespace mcpctl::ctl {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view examples =
    "  mcpctl export --client claude-desktop\n"
    "  mcpctl export --client claude-code --write\n"
    "  mcpctl export --client vscode --write --file .vscode/mcp.json everything files\n"
    "  mcpctl export >servers.json       (all servers and profiles; mcpctl import reads them back)\n"
    "\n"
    "  --write keeps what else is in the file, comments included, and leaves the old one as FILE.bak-TIME.\n"
    "  Secrets are exported by name only.\n";

struct ExportOptions {
    std::optional<ClientKind> client;
    bool write = false;
    std::string file;
    std::vector<std::string> names;
};

// What a client can be told of: it starts mcpctl connect, which opens sessions.
void tell_left_out(const InstanceInfo& instance) {
    std::fputs(std::format("{} is left out: it speaks {}, and clients reach it at {}\n", visible_text(instance.name),
                           visible_text(instance.transport), visible_text(instance.endpoint))
                   .c_str(),
               stderr);
}

Result<std::vector<InstanceInfo>> wanted_instances(Context& context, const std::vector<std::string>& names) {
    std::vector<InstanceInfo> wanted;
    if (names.empty()) {
        auto all = context.agent().instances();
        if (!all) {
            return std::unexpected(std::move(all.error()));
        }
        std::ranges::copy_if(*all, std::back_inserter(wanted),
                             [](const InstanceInfo& instance) { return instance.state == "running"; });
        return wanted;
    }
    for (const std::string& name : names) {
        auto instance = context.agent().find_instance(name);
        if (!instance) {
            instance.error().field = name;
            return std::unexpected(std::move(instance.error()));
        }
        wanted.push_back(*std::move(instance));
    }
    return wanted;
}

std::vector<Member> entries_of(const std::vector<InstanceInfo>& instances, ClientKind client) {
    std::vector<Member> entries;
    for (const InstanceInfo& instance : instances) {
        if (instance.has_sessions()) {
            entries.push_back({instance.name, entry_for(client, instance.name)});
        } else {
            tell_left_out(instance);
        }
    }
    return entries;
}

// "added", "replaced" or "unchanged".
std::string change_of(const Json& before, const std::string& section, const Member& entry) {
    const bool known = before.is_object() && before.contains(section) && before[section].is_object() &&
                       before[section].contains(entry.name);
    if (!known) {
        return "added";
    }
    return nlohmann::json::parse(before[section][entry.name].dump()) == nlohmann::json::parse(entry.value.dump())
               ? "unchanged"
               : "replaced";
}

ExitCode write_entries(Context& context, const ExportOptions& options, const std::vector<Member>& entries) {
    const auto path = options.file.empty() ? configuration_file(*options.client, Machine::here().environment)
                                           : Result<std::string>(options.file);
    if (!path) {
        return report(context, path.error());
    }
    const auto file = ConfigFile::open(*path);
    if (!file) {
        return report(context, file.error());
    }
    const std::string section = section_of(*options.client);
    const auto text = with_members(file->text(), *path, section, entries);
    if (!text) {
        return report(context, text.error());
    }
    const Json before = parse_jsonc(file->text(), *path).value_or(Json());
    std::string told;
    bool changed = false;
    for (const Member& entry : entries) {
        const std::string change = change_of(before, section, entry);
        changed = changed || change != "unchanged";
        told += std::format("{}: {}\n", visible_text(entry.name), change);
    }
    if (!changed) {
        print(told + std::format("{} stays as it is\n", visible_text(*path)));
        return ExitCode::done;
    }
    const auto backup = file->replace(*text);
    if (!backup) {
        return report(context, backup.error());
    }
    print(told + std::format("Wrote {}\n", visible_text(*path)));
    if (!backup->empty()) {
        print(std::format("What was there is in {}\n", visible_text(*backup)));
    }
    if (context.out.interactive) {
        print(std::format("Start {} anew for it to see them.\n", title_of(*options.client)));
    }
    return ExitCode::done;
}

ExitCode export_to_client(Context& context, const ExportOptions& options) {
    const auto instances = wanted_instances(context, options.names);
    if (!instances) {
        return report_unknown(context, instances.error(), instances.error().field,
                              [&] { return instance_names(context); });
    }
    const std::vector<Member> entries = entries_of(*instances, *options.client);
    if (entries.empty()) {
        return report(context, {ErrorCode::NotReady, "no instance that speaks stdio is running", "",
                                "start one: mcpctl start PROFILE"});
    }
    if (options.write || !options.file.empty()) {
        return write_entries(context, options, entries);
    }
    Json document = Json::object();
    for (const Member& entry : entries) {
        document[section_of(*options.client)][entry.name] = entry.value;
    }
    print(json_text(document));
    return ExitCode::done;
}

Result<Json> definition_in(const Result<std::string>& text) {
    if (!text) {
        return std::unexpected(text.error());
    }
    Json value = Json::parse(*text, nullptr, false);
    return value.is_object() ? Result<Json>(std::move(value))
                             : fail(ErrorCode::Internal, "the agent's definition is not a JSON object");
}

Result<Json> definitions_document(Context& context, std::vector<std::string> names) {
    const auto profiles = context.agent().profiles();
    if (!profiles) {
        return std::unexpected(profiles.error());
    }
    if (names.empty()) {
        const auto servers = context.agent().servers();
        if (!servers) {
            return std::unexpected(servers.error());
        }
        for (const ServerInfo& server : *servers) {
            names.push_back(server.name);
        }
    }
    Json document = Json::object();
    document["servers"] = Json::array();
    document["profiles"] = Json::array();
    for (const std::string& name : names) {
        auto server = definition_in(context.agent().server_definition(name));
        if (!server) {
            server.error().field = name;
            return server;
        }
        document["servers"].push_back(*std::move(server));
        for (const ProfileInfo& profile : *profiles) {
            if (profile.server != name) {
                continue;
            }
            auto definition = definition_in(context.agent().profile_definition(profile.name));
            if (!definition) {
                return definition;
            }
            document["profiles"].push_back(*std::move(definition));
        }
    }
    return document;
}

ExitCode run_export(Context& context, const ExportOptions& options) {
    if (context.is_far()) {
        const auto what = options.client ? far::OnlyThere::sessions : far::OnlyThere::definitions;
        return report(context, far::only_there(what).error());
    }
    if (options.client) {
        return export_to_client(context, options);
    }
    if (options.write || !options.file.empty()) {
        return report(context, {ErrorCode::InvalidArgument, "say whose file to write", "--client",
                                "mcpctl export --client claude-desktop --write"});
    }
    const auto document = definitions_document(context, options.names);
    if (!document) {
        return report_unknown(context, document.error(), document.error().field, [&] { return server_names(context); });
    }
    print(json_text(*document));
    return ExitCode::done;
}

}  // namespace

void add_export(CLI::App& parent, Context& context) {
    auto options = std::make_shared<ExportOptions>();
    CLI::App& verb =
        add_verb(parent, context, "export", "Tell MCP clients of instances, or print all definitions", examples);
    verb.add_option("NAME", options->names,
                    "With --client instances, by default all that run; otherwise servers, by default all");
    add_choice<std::optional<ClientKind>>(verb, "--client", options->client,
                                          {{"claude-desktop", ClientKind::claude_desktop},
                                           {"claude-code", ClientKind::claude_code},
                                           {"vscode", ClientKind::vscode},
                                           {"cursor", ClientKind::cursor}},
                                          "Entries for this client; each runs mcpctl connect");
    verb.add_flag("--write", options->write, "Put them into the client's own configuration file");
    verb.add_option("--file", options->file, "Put them into this file")->option_text("FILE");
    act(verb, context, options, run_export);
}

}  // namespace mcpctl::ctl
