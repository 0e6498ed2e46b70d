#include "ctl/import/sources.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <format>

namespace mcpctl::ctl {
namespace {

bool has(const Json& document, const char* key, Json::value_t type) {
    return document.contains(key) && document[key].type() == type;
}

// .vscode/mcp.json and .cursor/mcp.json belong to the folder that holds the folder.
std::string workspace_of(const std::string& path) {
    const std::filesystem::path folder = std::filesystem::path(path).parent_path();
    constexpr std::array<std::string_view, 4> hidden{".vscode", ".cursor", ".claude", ".mcp"};
    const std::string name = folder.filename().string();
    return std::ranges::contains(hidden, std::string_view(name)) ? folder.parent_path().string() : folder.string();
}

// "projects" of ~/.claude.json: a map from folders to settings.
void read_projects(const Json& document, Source& source) {
    if (!has(document, "projects", Json::value_t::object)) {
        return;
    }
    for (const auto& [folder, project] : document["projects"].items()) {
        if (project.is_object()) {
            read_mcp_servers(project, folder, source);
        }
    }
}

}  // namespace

std::string text_in(const Json& object, const char* key) {
    return has(object, key, Json::value_t::string) ? object[key].get<std::string>() : std::string();
}

Result<Source> read_source(const Json& document, const std::string& path) {
    if (!document.is_object()) {
        return fail(ErrorCode::InvalidArgument, std::format("{} is not a JSON object", path));
    }
    Source source;
    const std::string workspace = workspace_of(path);
    if (has(document, "servers", Json::value_t::array)) {
        return read_definitions(document, source).transform([&] { return std::move(source); });
    }
    read_mcp_servers(document, workspace, source);
    read_projects(document, source);
    read_vscode(document, workspace, source);
    if (has(document, "mcp", Json::value_t::object)) {  // settings.json of VS Code
        read_vscode(document["mcp"], workspace, source);
    }
    // What a registry answers has it one level deeper.
    const bool wrapped = has(document, "server", Json::value_t::object);
    read_server_json(wrapped ? document["server"] : document, source);
    if (source.entries.empty()) {
        return fail(
            ErrorCode::InvalidArgument, std::format("{} names no servers", path), {},
            "mcpctl reads mcpServers, servers of VS Code, server.json of registries, and what it exports itself");
    }
    return source;
}

}  // namespace mcpctl::ctl
