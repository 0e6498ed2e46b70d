// Routes of profiles and servers: what of them is public.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "ctl/output/json.hpp"
#include "http-bridge/handlers.hpp"
#include "http-bridge/lookup.hpp"

namespace mcpctl::http_bridge {
namespace {

using Json = nlohmann::ordered_json;

struct Catalog {
    std::vector<ctl::ProfileInfo> profiles;
    std::vector<ctl::ServerInfo> servers;
};

// What the token reaches: its profiles and their servers.
Task<Result<Catalog>> visible_catalog(std::shared_ptr<AgentLink> agent) {
    const auto objects = co_await agent->objects();
    if (!objects) {
        co_return std::unexpected(objects.error());
    }
    Catalog catalog;
    std::set<std::string> used;
    for (const auto& [path, interfaces] : *objects) {
        if (const auto found = interfaces.find(std::string(dbus::profile_interface)); found != interfaces.end()) {
            auto profile = ctl::profile_from(found->second);
            if (agent->token().reaches(profile.name)) {
                used.insert(profile.server);
                catalog.profiles.push_back(std::move(profile));
            }
        } else if (const auto server = interfaces.find(std::string(dbus::server_interface));
                   server != interfaces.end()) {
            catalog.servers.push_back(ctl::server_from(server->second));
        }
    }
    if (!agent->token().profiles.empty()) {
        std::erase_if(catalog.servers, [&](const ctl::ServerInfo& server) { return !used.contains(server.name); });
    }
    std::ranges::sort(catalog.profiles, {}, &ctl::ProfileInfo::name);
    std::ranges::sort(catalog.servers, {}, &ctl::ServerInfo::name);
    co_return catalog;
}

template <class Info>
Response list_of(const char* key, const std::vector<Info>& values) {
    Json list = Json::array();
    for (const Info& value : values) {
        list.push_back(ctl::to_json(value));
    }
    return json_response(200, Json{{key, std::move(list)}});
}

template <class Info>
Result<Response> one_of(std::string_view kind, const std::vector<Info>& values, const std::string& name) {
    const auto found = std::ranges::find(values, name, &Info::name);
    if (found == values.end()) {
        return no_such(kind, name);
    }
    return json_response(200, ctl::to_json(*found));
}

}  // namespace

Task<Result<Response>> list_profiles(Call call) {
    const auto catalog = co_await visible_catalog(call.agent);
    if (!catalog) {
        co_return std::unexpected(catalog.error());
    }
    co_return list_of("profiles", catalog->profiles);
}

Task<Result<Response>> show_profile(Call call) {
    const auto catalog = co_await visible_catalog(call.agent);
    if (!catalog) {
        co_return std::unexpected(catalog.error());
    }
    co_return one_of("profile", catalog->profiles, call.subject);
}

Task<Result<Response>> list_servers(Call call) {
    const auto catalog = co_await visible_catalog(call.agent);
    if (!catalog) {
        co_return std::unexpected(catalog.error());
    }
    co_return list_of("servers", catalog->servers);
}

Task<Result<Response>> show_server(Call call) {
    const auto catalog = co_await visible_catalog(call.agent);
    if (!catalog) {
        co_return std::unexpected(catalog.error());
    }
    co_return one_of("server", catalog->servers, call.subject);
}

}  // namespace mcpctl::http_bridge
