#include "tests/system/support/bus_connection.hpp"

#include <map>

#include "dbus/names.hpp"

namespace mcpctl::test {

BusConnection::BusConnection(bool over_the_bus)
    : connection_(over_the_bus ? sdbus::createSystemBusConnection()
                               : sdbus::createDirectBusConnection("unix:path=" + std::string(dbus::socket_path))),
      service_(over_the_bus ? std::string(dbus::service_name) : "") {
    connection_->enterEventLoopAsync();
}

BusConnection::~BusConnection() {
    connection_->leaveEventLoop();
}

std::string BusConnection::authenticate(const std::string& token) {
    return error_of([&] {
        std::string info;
        proxy(std::string(dbus::root_path))
            ->callMethod("Authenticate")
            .onInterface("org.mcpctl.Agent1.Manager")
            .withArguments(token, std::map<std::string, sdbus::Variant>())
            .storeResultsTo(info);
    });
}

std::unique_ptr<sdbus::IProxy> BusConnection::proxy(const std::string& path) {
    return sdbus::createProxy(*connection_, sdbus::ServiceName(service_), sdbus::ObjectPath(path));
}

std::string BusConnection::error_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const sdbus::Error& error) {
        const std::string name = error.getName();
        return name.starts_with(dbus::error_prefix) ? name.substr(dbus::error_prefix.size()) : name;
    }
    return "";
}

}  // namespace mcpctl::test
