// BusClient: the audit trail.
#include <utility>

#include "ctl/bus_client.hpp"
#include "ctl/caller.hpp"
#include "ctl/decode.hpp"
#include "dbus/names.hpp"

namespace mcpctl::ctl {
namespace {

Properties options_of(const AuditOptions& options) {
    Properties given;
    set_unless_empty(given, "cursor", options.cursor);
    set_unless_empty(given, "since", options.since);
    set_unless_empty(given, "until", options.until);
    set_unless_empty(given, "instance", options.instance);
    set_unless_empty(given, "actor", options.actor);
    set_unless_empty(given, "action", options.action);
    set_unless_empty(given, "result", options.result);
    if (options.tail) {
        given["tail"] = sdbus::Variant(*options.tail);
    }
    return given;
}

}  // namespace

Result<LogPage> BusClient::audit(const AuditOptions& options) {
    return caller_
        ->ask<std::vector<std::string>, std::string, bool>(Effect::discloses, std::string(dbus::root_path),
                                                           dbus::manager_interface, "GetAudit", options_of(options))
        .transform(page_from);
}

Result<UniqueFd> BusClient::follow_audit(const AuditOptions& options) {
    return caller_
        ->ask<sdbus::UnixFd>(Effect::discloses, std::string(dbus::root_path), dbus::manager_interface, "FollowAudit",
                             options_of(options))
        .transform([](std::tuple<sdbus::UnixFd> pipe) { return UniqueFd(std::get<0>(pipe).release()); });
}

}  // namespace mcpctl::ctl
