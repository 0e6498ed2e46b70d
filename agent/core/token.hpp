// A bearer token: what a remote caller shows instead of a user. The agent keeps its hash alone.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "agent/core/instance.hpp"

namespace mcpctl {

enum class Scope : std::uint8_t {
    view,     // what is public
    logs,     // read logs
    control,  // start, stop and restart
    connect,  // open sessions
    define,   // define servers and profiles, where the configuration lets tokens do that
};

struct Token {
    std::string name;
    std::vector<Scope> scopes;          // without repetition
    std::vector<std::string> profiles;  // only these; empty: all
    std::string hash;                   // of the secret, as token_secret.hpp makes it
    uid_t created_by = 0;
    WallTime created_at = 0;
    WallTime expires_at = 0;    // 0: never
    WallTime last_used_at = 0;  // 0: never; exact to a minute

    [[nodiscard]] bool has(Scope scope) const;
    [[nodiscard]] bool reaches(std::string_view profile) const;

    friend bool operator==(const Token&, const Token&) = default;
};

}  // namespace mcpctl
