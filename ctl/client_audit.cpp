// AgentClient: the audit trail.
#include <utility>

#include "ctl/caller.hpp"
#include "ctl/client.hpp"
#include "ctl/decode.hpp"
#include "dbus/names.hpp"

namespace mcpctl::ctl {
namespace {

Properties options_of(const AuditOptions& options) {
    Properties given;
    const auto set = [&given](const char* key, const std::string& value) {
        if (!value.empty()) {
            given[key] = sdbus::Variant(value);
        }
    };
    set("cursor", options.cursor);
    set("since", options.since);
    set("until", options.until);
    set("instance", options.instance);
    set("actor", options.actor);
    set("action", options.action);
    set("result", options.result);
    if (options.tail) {
        given["tail"] = sdbus::Variant(*options.tail);
    }
    return given;
}

}  // namespace

Result<LogPage> AgentClient::audit(const AuditOptions& options) {
    return caller_
        ->ask<std::vector<std::string>, std::string, bool>(Effect::discloses, std::string(dbus::root_path),
                                                           dbus::manager_interface, "GetAudit", options_of(options))
        .transform([](std::tuple<std::vector<std::string>, std::string, bool> page) {
            auto& [entries, cursor, more] = page;
            return LogPage{std::move(entries), std::move(cursor), more};
        });
}

Result<UniqueFd> AgentClient::follow_audit(const AuditOptions& options) {
    return caller_
        ->ask<sdbus::UnixFd>(Effect::discloses, std::string(dbus::root_path), dbus::manager_interface, "FollowAudit",
                             options_of(options))
        .transform([](std::tuple<sdbus::UnixFd> pipe) { return UniqueFd(std::get<0>(pipe).release()); });
}

}  // namespace mcpctl::ctl
