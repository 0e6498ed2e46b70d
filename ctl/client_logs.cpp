// AgentClient: what instances have written.
#include <utility>

#include "ctl/caller.hpp"
#include "ctl/client.hpp"
#include "ctl/decode.hpp"
#include "dbus/names.hpp"

namespace mcpctl::ctl {
namespace {

using Page = std::tuple<std::vector<std::string>, std::string, bool>;

Properties options_of(const LogOptions& options) {
    Properties given;
    const auto set = [&given](const char* key, const std::string& value) {
        if (!value.empty()) {
            given[key] = sdbus::Variant(value);
        }
    };
    set("cursor", options.cursor);
    set("since", options.since);
    set("until", options.until);
    set("level", options.level);
    set("grep", options.grep);
    if (options.tail) {
        given["tail"] = sdbus::Variant(*options.tail);
    }
    return given;
}

LogPage page_from(Page page) {
    auto& [lines, cursor, more] = page;
    return {std::move(lines), std::move(cursor), more};
}

}  // namespace

Result<LogPage> AgentClient::logs(const InstanceInfo& instance, const LogOptions& options) {
    return caller_
        ->ask<std::vector<std::string>, std::string, bool>(Effect::discloses, instance.path, dbus::instance_interface,
                                                           "GetLogs", options_of(options))
        .transform(page_from);
}

Result<LogPage> AgentClient::logs_of_removed(const std::string& id, const LogOptions& options) {
    return caller_
        ->ask<std::vector<std::string>, std::string, bool>(Effect::discloses, std::string(dbus::root_path),
                                                           dbus::manager_interface, "GetLogs", id, options_of(options))
        .transform(page_from);
}

Result<UniqueFd> AgentClient::follow_logs(const InstanceInfo& instance, const LogOptions& options) {
    return caller_
        ->ask<sdbus::UnixFd>(Effect::discloses, instance.path, dbus::instance_interface, "FollowLogs", options_of(options))
        .transform([](std::tuple<sdbus::UnixFd> pipe) { return UniqueFd(std::get<0>(pipe).release()); });
}

}  // namespace mcpctl::ctl
