#include "ctl/call.hpp"

#include <algorithm>
#include <array>
#include <format>

namespace mcpctl::ctl {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::string_view group_hint = "the policy of the bus is in /usr/share/dbus-1/system.d/org.mcpctl.Agent1.conf";
constexpr std::string_view status_hint = "systemctl status mcpctl-agent.service mcpctl-agent.socket";

// The way to the agent ended after the call was sent.
constexpr std::array lost_errors{
    "org.freedesktop.DBus.Error.NoReply"sv,
    "org.freedesktop.DBus.Error.Disconnected"sv,
    "System.Error.ECONNRESET"sv,
    "System.Error.EPIPE"sv,
    "System.Error.ENOTCONN"sv,
    "System.Error.ESHUTDOWN"sv,
};

// The bus's words for an agent that it could not start.
bool is_failed_activation(std::string_view name) {
    return name.starts_with("org.freedesktop.systemd1.") || name.starts_with("org.freedesktop.DBus.Error.Spawn.") ||
           name == "org.freedesktop.DBus.Error.TimedOut";
}

}  // namespace

CallFailure failure_of(const sdbus::Error& error) {
    Error mapped = dbus::from_bus(error);
    const std::string_view name = error.getName();
    if (name.starts_with(dbus::error_prefix)) {
        return {std::move(mapped)};
    }
    if (mapped.code == ErrorCode::AccessDenied) {
        mapped.reason = "the system bus does not let you call the agent";  // its own words are a dump of the message
        mapped.hint = group_hint;
        return {std::move(mapped)};
    }
    const bool lost = std::ranges::find(lost_errors, name) != lost_errors.end();
    if (lost || mapped.code == ErrorCode::TimedOut || mapped.code == ErrorCode::Unavailable ||
        is_failed_activation(name)) {
        return {{ErrorCode::Unavailable, "cannot reach the agent: " + mapped.reason, {}, std::string(status_hint)},
                lost};
    }
    return {std::move(mapped)};
}

CallFailure failure_of(Wake wake, std::chrono::seconds patience) {
    switch (wake) {
        case Wake::interrupted:
            return {{ErrorCode::Canceled, "interrupted"}, false, true};
        case Wake::deadline:
            return {{ErrorCode::Unavailable,
                     std::format("the agent did not answer within {} s", patience.count()),
                     {},
                     std::string(status_hint)}};
        case Wake::lost:
        case Wake::done:
            break;
    }
    return {{ErrorCode::Unavailable, "the connection to the agent broke", {}, std::string(status_hint)}, true};
}

}  // namespace mcpctl::ctl
