// The target of a request: the path and the query, taken apart and decoded. Everything in it is hostile.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace mcpctl::http_bridge {

struct Target {
    std::vector<std::string> segments;         // of the path, decoded; "/" has none
    std::map<std::string, std::string> query;  // decoded
};

// Only the origin form, "/path?query". Refused with InvalidArgument: a broken percent escape, and what is decoded to an
// empty segment, ".", "..", "/", "\", control characters or invalid UTF-8; a key that comes twice. "+" in the query is
// a space, as forms write it.
[[nodiscard]] Result<Target> parse_target(std::string_view target);

}  // namespace mcpctl::http_bridge
