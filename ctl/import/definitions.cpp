// Definitions as the agent has them: {"servers": [SERVER…], "profiles": [PROFILE…]}.
#include <algorithm>
#include <format>

#include "ctl/import/sources.hpp"

namespace mcpctl::ctl {
namespace {

std::unexpected<Error> malformed(std::string reason, std::string field) {
    return fail(ErrorCode::InvalidArgument, std::move(reason), std::move(field),
                R"("servers" and "profiles" are arrays of definitions, as mcpctl export prints them)");
}

}  // namespace

Result<void> read_definitions(const Json& document, Source& source) {
    for (const Json& server : document["servers"]) {
        if (!server.is_object() || text_in(server, "name").empty()) {
            return malformed("a server is not an object with a name",
                             std::format("servers[{}]", source.definitions.size()));
        }
        source.definitions.push_back({server, {}});
    }
    const Json profiles = document.contains("profiles") ? document["profiles"] : Json::array();
    if (!profiles.is_array()) {
        return malformed("it is not an array", "profiles");
    }
    for (std::size_t i = 0; i < profiles.size(); ++i) {
        const Json& profile = profiles[i];
        if (!profile.is_object() || text_in(profile, "name").empty()) {
            return malformed("a profile is not an object with a name", std::format("profiles[{}]", i));
        }
        const std::string wanted = text_in(profile, "server");
        const auto owner = std::ranges::find_if(
            source.definitions, [&](const Defined& defined) { return text_in(defined.server, "name") == wanted; });
        if (owner == source.definitions.end()) {
            return malformed(std::format("the profile {} is of a server that is not in the file: {}",
                                         text_in(profile, "name"), wanted),
                             std::format("profiles[{}].server", i));
        }
        owner->profiles.push_back(profile);
    }
    return {};
}

}  // namespace mcpctl::ctl
