// ${…} in the files of MCP clients: inputs, variables of the environment, folders.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/import/entry.hpp"
#include "ctl/import/machine.hpp"

namespace mcpctl::ctl {

// A value that is not known yet.
struct Missing {
    std::string key;       // under which an answer is looked for
    std::string server;    // who wants it
    std::string what;      // for people
    std::string variable;  // of mcpctl's environment, from which it is taken
    bool secret = false;
};

// By Missing::key.
using Answers = std::map<std::string, std::string>;

// Where placeholders of one entry get their values, and what was found out by the way.
struct Scope {
    const Machine& machine;
    const std::map<std::string, Input>& inputs;
    const Answers& answers;
    std::string server;
    std::string workspace;
    // Variables that the entry sets. The server expands them by itself, where it does: mcp-remote's headers.
    std::set<std::string> own = {};

    std::vector<Missing> missing = {};
    std::vector<std::string> notes = {};
    std::string skip = {};  // why it cannot be done at all
};

struct Expanded {
    std::string text;
    bool secret = false;  // a part of it is
};

// `variable` is the one that the text will be the value of, if any. What has no value becomes empty and is in
// scope.missing; what is no placeholder stays.
[[nodiscard]] Expanded expand(std::string_view text, Scope& scope, const std::string& variable = {});

// An answer, or a variable of our own environment; else the value is missing.
[[nodiscard]] std::string ask_for(Missing wanted, Scope& scope);

}  // namespace mcpctl::ctl
