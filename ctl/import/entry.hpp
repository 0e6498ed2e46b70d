// What the file of an MCP client, or of a registry, says about servers, whatever its form.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace mcpctl::ctl {

using Json = nlohmann::ordered_json;

// A variable of a server's environment. Its text may hold placeholders: see placeholders.hpp.
struct Variable {
    std::string name;
    std::string text;
    bool secret = false;  // the file says that it is one
};

// A value that the file has people asked for.
struct Input {
    std::string description;
    std::optional<std::string> fallback;
    bool secret = false;
};

struct Entry {
    std::string name;         // as it stands in the file
    std::string description;  // for people
    std::string version;
    std::string workspace;  // what ${workspaceFolder} is; empty where there is none
    std::string command;
    std::vector<std::string> arguments;
    std::vector<Variable> environment;
    std::string environment_file;
    std::string directory;  // to run in
    std::string transport = "stdio";
    std::string path;                // HTTP: of its endpoint
    std::uint16_t port = 0;          // HTTP: where it says so
    std::string skip;                // why it cannot become a server of mcpctl's; empty where it can
    std::vector<std::string> notes;  // what somebody should know who imports it
};

// Definitions as mcpctl itself prints them: a server with all of its profiles.
struct Defined {
    Json server;
    std::vector<Json> profiles;
};

struct Source {
    std::vector<Entry> entries;
    std::map<std::string, Input> inputs;
    std::vector<Defined> definitions;
};

}  // namespace mcpctl::ctl
