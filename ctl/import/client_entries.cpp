// Entries of clients: a command with arguments and environment, or an address.
#include <algorithm>
#include <array>
#include <format>

#include "ctl/clients/client_kind.hpp"
#include "ctl/import/sources.hpp"

namespace mcpctl::ctl {
namespace {

constexpr std::array<std::string_view, 4> address_keys{"url", "serverUrl", "httpUrl", "uri"};
// Understood, or without a meaning for a server: how a client shows it, and which of its tools it asks about.
constexpr std::array<std::string_view, 13> known_keys{"type",    "command",  "args",        "env",  "envFile",
                                                      "cwd",     "disabled", "description", "name", "version",
                                                      "gallery", "tools",    "$schema"};

std::string text_of(const Json& value) {
    return value.is_string() ? value.get<std::string>() : value.dump();
}

void read_arguments(const Json& value, Entry& entry) {
    if (!value.contains("args") || value["args"].is_null()) {
        return;
    }
    if (!value["args"].is_array()) {
        entry.skip = "its args are not an array";
        return;
    }
    for (const Json& argument : value["args"]) {
        if (!argument.is_primitive() || argument.is_null()) {
            entry.skip = "one of its args is not text";
            return;
        }
        entry.arguments.push_back(text_of(argument));
    }
}

// Numbers and truth values are written without quotes by many, null by some who want the variable gone.
void read_environment(const Json& value, Entry& entry) {
    if (!value.contains("env") || value["env"].is_null()) {
        return;
    }
    if (!value["env"].is_object()) {
        entry.skip = "its env is not an object";
        return;
    }
    for (const auto& [name, text] : value["env"].items()) {
        if (text.is_structured()) {
            entry.skip = std::format("its variable {} is not text", name);
            return;
        }
        if (!text.is_null()) {
            entry.environment.push_back({name, text_of(text), false});
        }
    }
}

std::string remote_reason(const Json& value) {
    for (const std::string_view key : address_keys) {
        if (value.contains(key)) {
            // Without what may be a key in it.
            const std::string url = text_in(value, std::string(key).c_str());
            const std::string plain = url.substr(0, url.find_first_of("?#"));
            return std::format("it runs elsewhere, at {}: clients connect to it themselves",
                               plain.contains('@') ? "an address with a password" : plain);
        }
    }
    return {};
}

void note_unknown_keys(const Json& value, Entry& entry) {
    std::string unknown;
    for (const auto& [key, member] : value.items()) {
        if (!std::ranges::contains(known_keys, std::string_view(key))) {
            unknown += unknown.empty() ? key : ", " + key;
        }
    }
    if (!unknown.empty()) {
        entry.notes.push_back(std::format("not taken over: {}", unknown));
    }
}

}  // namespace

Entry read_client_entry(const std::string& name, const Json& value, const std::string& workspace) {
    Entry entry;
    entry.name = name;
    entry.workspace = workspace;
    if (!value.is_object()) {
        entry.skip = "it is not an object";
        return entry;
    }
    entry.command = text_in(value, "command");
    entry.description = text_in(value, "description");
    entry.environment_file = text_in(value, "envFile");
    entry.directory = text_in(value, "cwd");
    read_arguments(value, entry);
    read_environment(value, entry);
    if (value.contains("disabled") && value["disabled"] == true) {
        entry.skip = "it is disabled in the file";
    } else if (entry.command.empty() && entry.skip.empty()) {
        const std::string remote = remote_reason(value);
        entry.skip = remote.empty() ? "it has neither a command nor an address" : remote;
    } else if (const std::string ours = connected_instance(entry.command, entry.arguments); !ours.empty()) {
        entry.skip = std::format("it is a service here already: {}", ours);
    } else {
        note_unknown_keys(value, entry);
    }
    return entry;
}

void read_mcp_servers(const Json& document, const std::string& workspace, Source& source) {
    if (!document.contains("mcpServers") || !document["mcpServers"].is_object()) {
        return;
    }
    for (const auto& [name, value] : document["mcpServers"].items()) {
        source.entries.push_back(read_client_entry(name, value, workspace));
    }
}

}  // namespace mcpctl::ctl
