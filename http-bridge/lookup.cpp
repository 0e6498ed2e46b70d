#include "http-bridge/lookup.hpp"

#include <algorithm>
#include <cctype>
#include <format>

#include "base/shown.hpp"
#include "http-bridge/bridge.hpp"

namespace mcpctl::http_bridge {
namespace {

std::string without_dashes(std::string_view id) {
    std::string hex(id);
    std::erase(hex, '-');
    return hex;
}

}  // namespace

bool is_id(std::string_view reference) {
    constexpr std::string_view form = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    return std::ranges::equal(reference, form, [](char c, char expected) {
        return expected == '-' ? c == '-' : (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    });
}

std::unexpected<Error> no_such(std::string_view kind, std::string_view reference) {
    return fail(ErrorCode::NotFound, std::format("there is no {} {}", kind, shown(reference)));
}

Task<Result<std::shared_ptr<AgentWatch>>> up_to_date(Call call) {
    auto watch = co_await call.bridge.watches.current();
    if (watch && !co_await (*watch)->catch_up()) {
        // It has left: for the next one, which is asked in its turn.
        watch = co_await call.bridge.watches.current();
    }
    if (watch && !call.agent->agent_left() && !call.agent->usable()) {
        co_return fail(ErrorCode::AccessDenied, "the token does not count any more", "Authorization");
    }
    co_return watch;
}

Task<Result<std::string>> instance_path_of(Call call) {
    if (is_id(call.subject)) {
        co_return dbus::instance_path(without_dashes(call.subject));
    }
    if (!call.agent->token().has("view")) {
        co_return fail(ErrorCode::AccessDenied, "the token has no scope view, which looking up a name takes",
                       "Authorization", "name the instance by its id");
    }
    const auto watch = co_await up_to_date(call);
    if (!watch) {
        co_return std::unexpected(watch.error());
    }
    for (const auto& [path, object] : (*watch)->objects()) {
        const auto* const instance = std::get_if<ctl::InstanceInfo>(&object.info);
        if (instance != nullptr && instance->name == call.subject && is_visible(object.profile, call.agent->token())) {
            co_return path;
        }
    }
    co_return no_such("instance", call.subject);
}

Result<const ctl::InstanceInfo*> visible_instance(const AgentWatch& watch, const std::string& path,
                                                  const TokenView& token) {
    const auto* const instance = watch.find<ctl::InstanceInfo>(path);
    if (instance == nullptr || !token.reaches(instance->profile)) {
        return no_such("instance", ctl::id_from_path(path));
    }
    return instance;
}

}  // namespace mcpctl::http_bridge
