#include "ctl/clients/client_kind.hpp"

#include <algorithm>
#include <format>

namespace mcpctl::ctl {

std::string_view title_of(ClientKind client) {
    switch (client) {
        case ClientKind::claude_desktop:
            return "Claude Desktop";
        case ClientKind::claude_code:
            return "Claude Code";
        case ClientKind::vscode:
            return "VS Code";
        case ClientKind::cursor:
            break;
    }
    return "Cursor";
}

std::string section_of(ClientKind client) {
    return client == ClientKind::vscode ? "servers" : "mcpServers";
}

nlohmann::ordered_json entry_for(ClientKind client, const std::string& instance) {
    nlohmann::ordered_json entry = nlohmann::ordered_json::object();
    if (client == ClientKind::vscode || client == ClientKind::claude_code) {
        entry["type"] = "stdio";
    }
    entry["command"] = "mcpctl";
    entry["args"] = {"connect", instance};
    return entry;
}

Result<std::string> configuration_file(ClientKind client, const Environment& environment) {
    const std::string home = environment("HOME").value_or("");
    if (!home.starts_with('/')) {
        return fail(ErrorCode::InvalidArgument, "HOME is not set, so there is no telling where the client's file lies",
                    "--write", "name it: --file FILE");
    }
    const std::string configured = environment("XDG_CONFIG_HOME").value_or("");
    const std::string settings = configured.starts_with('/') ? configured : home + "/.config";
    switch (client) {
        case ClientKind::claude_desktop:
            return settings + "/Claude/claude_desktop_config.json";
        case ClientKind::claude_code:
            return home + "/.claude.json";
        case ClientKind::vscode:
            return settings + "/Code/User/mcp.json";
        case ClientKind::cursor:
            break;
    }
    return home + "/.cursor/mcp.json";
}

std::string connected_instance(std::string_view command, const std::vector<std::string>& arguments) {
    const std::string_view program = command.substr(command.rfind('/') + 1);
    const auto verb = std::ranges::find(arguments, "connect");
    if (program != "mcpctl" || verb == arguments.end()) {
        return {};
    }
    const auto instance =
        std::find_if(verb + 1, arguments.end(), [](const std::string& word) { return !word.starts_with('-'); });
    return instance == arguments.end() ? std::string() : *instance;
}

}  // namespace mcpctl::ctl
