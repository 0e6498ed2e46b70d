// How to get to a far agent: what the options and the environment say, checked.
#pragma once

#include <string>

#include "base/error.hpp"
#include "ctl/far/address.hpp"

namespace mcpctl::ctl::far {

struct Options {
    std::string host = {};
    std::string token_file = {};
    std::string ca_file = {};
    std::string proxy = {};
    bool insecure_http = false;
};

struct Access {
    Address address;
    std::string token;
    std::string ca_file;  // empty: the system's
    std::string proxy;    // empty: what the usual variables say
};

// Refuses to send a token where others could read it: in plain HTTP to another machine.
[[nodiscard]] Result<Access> access_from(const Options& options);

}  // namespace mcpctl::ctl::far
