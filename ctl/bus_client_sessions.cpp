// BusClient: sessions with stdio servers.
#include <utility>

#include "ctl/bus_client.hpp"
#include "ctl/caller.hpp"
#include "ctl/decode.hpp"
#include "dbus/names.hpp"

namespace mcpctl::ctl {

Result<void> BusClient::reach(const InstanceInfo& /*instance*/) {
    return {};
}

// May be repeated when the agent went away before it answered: a session whose socket nobody received is closed by
// that, and its server ends.
Result<OpenedSession> BusClient::open_session(const InstanceInfo& instance, std::chrono::seconds patience) {
    return caller_
        ->ask_patiently<sdbus::UnixFd, std::string>(patience, Effect::reads, instance.path, dbus::instance_interface,
                                                    "OpenSession", Properties())
        .transform([](std::tuple<sdbus::UnixFd, std::string> opened) {
            return OpenedSession{UniqueFd(std::get<0>(opened).release()), std::get<1>(std::move(opened))};
        });
}

Result<std::vector<SessionInfo>> BusClient::sessions(const InstanceInfo& instance) {
    return caller_->ask<std::string>(Effect::reads, instance.path, dbus::instance_interface, "ListSessions")
        .and_then([&](const std::tuple<std::string>& json) { return sessions_from(std::get<0>(json), instance.name); });
}

Result<void> BusClient::close_session(const InstanceInfo& instance, const std::string& session) {
    return caller_->ask<>(Effect::changes, instance.path, dbus::instance_interface, "CloseSession", session)
        .transform([](const std::tuple<>&) {});
}

}  // namespace mcpctl::ctl
