// BusClient: what instances have written.
#include <utility>

#include "ctl/bus_client.hpp"
#include "ctl/caller.hpp"
#include "ctl/decode.hpp"
#include "dbus/names.hpp"

namespace mcpctl::ctl {
namespace {

Properties options_of(const LogOptions& options) {
    Properties given;
    set_unless_empty(given, "cursor", options.cursor);
    set_unless_empty(given, "since", options.since);
    set_unless_empty(given, "until", options.until);
    set_unless_empty(given, "level", options.level);
    set_unless_empty(given, "grep", options.grep);
    if (options.tail) {
        given["tail"] = sdbus::Variant(*options.tail);
    }
    return given;
}

}  // namespace

Result<LogPage> BusClient::logs(const InstanceInfo& instance, const LogOptions& options) {
    return caller_
        ->ask<std::vector<std::string>, std::string, bool>(Effect::discloses, instance.path, dbus::instance_interface,
                                                           "GetLogs", options_of(options))
        .transform(page_from);
}

Result<LogPage> BusClient::logs_of_removed(const std::string& id, const LogOptions& options) {
    return caller_
        ->ask<std::vector<std::string>, std::string, bool>(Effect::discloses, std::string(dbus::root_path),
                                                           dbus::manager_interface, "GetLogs", id, options_of(options))
        .transform(page_from);
}

Result<std::unique_ptr<LogFollow>> BusClient::follow_logs(const InstanceInfo& instance, const LogOptions& options) {
    return caller_
        ->ask<sdbus::UnixFd>(Effect::discloses, instance.path, dbus::instance_interface, "FollowLogs",
                             options_of(options))
        .transform([](std::tuple<sdbus::UnixFd> pipe) -> std::unique_ptr<LogFollow> {
            return std::make_unique<PipedFollow>(UniqueFd(std::get<0>(pipe).release()));
        });
}

}  // namespace mcpctl::ctl
