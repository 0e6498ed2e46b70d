// The body of POST /api/instances.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace mcpctl::http_bridge {

struct StartRequest {
    std::string profile;
    std::string name;  // empty: the agent chooses
};

// {"profileName": …, "name": …}; profileId means the same, since profiles go by their names. Whatever else is in it is
// InvalidArgument.
[[nodiscard]] Result<StartRequest> parse_start_request(std::string_view content_type, std::string_view body);

}  // namespace mcpctl::http_bridge
