#include "http-bridge/find_agent.hpp"

#include "dbus/call.hpp"
#include "dbus/names.hpp"

namespace mcpctl::http_bridge {
namespace {

constexpr std::chrono::seconds name_deadline{5};
constexpr std::chrono::seconds activation_deadline{25};
constexpr std::string_view daemon_name = "org.freedesktop.DBus";

}  // namespace

Task<Result<std::string>> find_agent(sdbus::IConnection& connection) {
    const auto daemon = sdbus::createProxy(connection, sdbus::ServiceName(std::string(daemon_name)),
                                           sdbus::ObjectPath("/org/freedesktop/DBus"));
    const std::string name(dbus::service_name);
    const auto started = co_await dbus::call<std::uint32_t>(*daemon, std::string(daemon_name), "StartServiceByName",
                                                            activation_deadline, name, std::uint32_t(0));
    if (!started) {
        co_return fail(ErrorCode::Unavailable, "the agent cannot be started: " + started.error().reason, {},
                       "systemctl status mcpctl-agent.service");
    }
    co_return co_await dbus::call<std::string>(*daemon, std::string(daemon_name), "GetNameOwner", name_deadline, name);
}

}  // namespace mcpctl::http_bridge
