// What a call is about: for the audit trail, for polkit's rules, and for whoever may act on some profiles only.
#pragma once

#include <string>

#include "agent/core/registry.hpp"

namespace mcpctl::bus {

// A method call before its body.
struct Called {
    std::string path;
    std::string interface;  // as in the access table
    std::string method;
    std::string about;         // the profile or instance that the arguments name, where the path does not
    bool interactive = false;  // the caller lets polkit ask for a password
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
