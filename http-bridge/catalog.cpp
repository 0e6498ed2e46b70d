// Routes of profiles and servers: what of them is public.
#include <format>
#include <map>
#include <set>
#include <type_traits>

#include "http-bridge/handlers.hpp"
#include "http-bridge/lookup.hpp"

namespace mcpctl::http_bridge {
namespace {

using Objects = std::map<std::string, const Mirrored*>;  // by name

// What of a kind the token reaches: its profiles and their servers.
template <class Info>
Objects visible(const AgentWatch& watch, const TokenView& token) {
    std::set<std::string> used;
    for (const auto& [path, object] : watch.objects()) {
        const auto* const profile = std::get_if<ctl::ProfileInfo>(&object.info);
        if (profile != nullptr && token.reaches(profile->name)) {
            used.insert(profile->server);
        }
    }
    Objects found;
    for (const auto& [path, object] : watch.objects()) {
        const auto* const info = std::get_if<Info>(&object.info);
        const bool is_server = std::is_same_v<Info, ctl::ServerInfo>;
        if (info != nullptr &&
            (is_server ? token.profiles.empty() || used.contains(info->name) : token.reaches(info->name))) {
            found.emplace(info->name, &object);
        }
    }
    return found;
}

template <class Info>
Task<Result<Response>> list_of(const char* key, Call call) {
    const auto watch = co_await up_to_date(call);
    if (!watch) {
        co_return std::unexpected(watch.error());
    }
    std::string list;
    for (const auto& [name, object] : visible<Info>(**watch, call.agent->token())) {
        list.append(list.empty() ? "" : ",").append(object->json);
    }
    co_return json_text_response(200, std::format(R"({{"{}":[{}]}})", key, list));
}

template <class Info>
Task<Result<Response>> one_of(const char* kind, Call call) {
    const auto watch = co_await up_to_date(call);
    if (!watch) {
        co_return std::unexpected(watch.error());
    }
    const auto all = visible<Info>(**watch, call.agent->token());
    const auto found = all.find(call.subject);
    if (found == all.end()) {
        co_return no_such(kind, call.subject);
    }
    co_return json_text_response(200, found->second->json);
}

}  // namespace

Task<Result<Response>> list_profiles(Call call) {
    return list_of<ctl::ProfileInfo>("profiles", std::move(call));
}

Task<Result<Response>> show_profile(Call call) {
    return one_of<ctl::ProfileInfo>("profile", std::move(call));
}

Task<Result<Response>> list_servers(Call call) {
    return list_of<ctl::ServerInfo>("servers", std::move(call));
}

Task<Result<Response>> show_server(Call call) {
    return one_of<ctl::ServerInfo>("server", std::move(call));
}

}  // namespace mcpctl::http_bridge
