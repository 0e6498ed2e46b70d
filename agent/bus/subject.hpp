// What a call is about: for the audit trail, for polkit's rules, and for whoever may act on some profiles only.
#pragma once

#include <optional>
#include <string>

#include "agent/core/access.hpp"
#include "agent/core/registry.hpp"

namespace mcpctl::bus {

// What the arguments of a call name, where its path does not.
struct About {
    std::string profile = {};
    std::string instance_id = {};
    std::string reference = {};  // to an instance: name, id or a prefix of it
};

// A method call before its body.
struct Called {
    std::string path;
    std::string interface;  // as in the access table
    std::string method;
    About about = {};
    bool interactive = false;                   // the caller lets polkit ask for a password
    std::optional<Right> right = std::nullopt;  // what is asked for, where not what its row says
};

// Empty as far as there is no such thing.
struct Subject {
    std::string instance;  // id
    std::string name;      // of the instance
    std::string profile;
    std::string server;
};

[[nodiscard]] Subject subject_of(const Registry& registry, const Called& called);

}  // namespace mcpctl::bus
