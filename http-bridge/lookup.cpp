#include "http-bridge/lookup.hpp"

#include <algorithm>
#include <cctype>
#include <format>

#include "base/shown.hpp"

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

Task<Result<std::string>> instance_path_of(const Call& call) {
    if (is_id(call.subject)) {
        co_return dbus::instance_path(without_dashes(call.subject));
    }
    auto path = co_await call.agent->call<sdbus::ObjectPath>(std::string(dbus::root_path), dbus::manager_interface,
                                                             "GetInstance", call.subject);
    if (!path) {
        co_return std::unexpected(path.error());
    }
    co_return std::string(*path);
}

Task<Result<ctl::InstanceInfo>> instance_at(std::shared_ptr<AgentLink> agent, std::string path) {
    auto properties = co_await agent->properties(path, dbus::instance_interface);
    if (!properties) {
        if (properties.error().code == ErrorCode::NotFound) {
            co_return no_such("instance", ctl::id_from_path(path));
        }
        co_return std::unexpected(properties.error());
    }
    auto instance = ctl::instance_from(path, *properties);
    if (!agent->token().reaches(instance.profile)) {
        co_return no_such("instance", ctl::id_from_path(path));
    }
    co_return instance;
}

}  // namespace mcpctl::http_bridge
