#include "agent/bus/system_bus.hpp"

#include <format>

#include "agent/bus/caller_source.hpp"
#include "base/journal.hpp"
#include "dbus/names.hpp"
#include "dbus/peer.hpp"

namespace mcpctl::bus {
namespace {

constexpr auto handshake_patience = std::chrono::seconds(5);
constexpr auto retry_delay = std::chrono::seconds(1);

}  // namespace

Task<bool> SystemBus::connect() {
    auto connection = co_await dbus::connect_system_bus(handshake_patience);
    if (!connection) {
        log::warning(
            std::format("no system bus ({}); the agent's own socket works meanwhile", connection.error().reason));
        spawn_detached(context_.executor, "waiting for the system bus", reconnect());
        co_return false;
    }
    try {
        loop_ = std::make_unique<dbus::ConnectionLoop>(*std::move(connection), context_.executor, [this] { lost(); });
        tree_ = std::make_unique<ObjectTree>(*loop_, context_,
                                             std::make_unique<BusCallers>(loop_->connection(), trusted_group()));
        loop_->connection().requestName(sdbus::ServiceName(std::string(dbus::service_name)));
        loop_->start();
        co_return true;
    } catch (const sdbus::Error& error) {
        log::error(std::format("cannot own {}: {}", dbus::service_name, error.getMessage()));
        lost();
        co_return false;
    }
}

void SystemBus::lost() {
    tree_.reset();
    loop_.reset();
    spawn_detached(context_.executor, "waiting for the system bus", reconnect());
}

Task<void> SystemBus::reconnect() {
    co_await wait_for(retry_delay);
    // Tries again by itself where this attempt fails.
    if (co_await connect()) {
        log::notice("connected to the system bus again");
    }
}

void SystemBus::release_name() {
    if (!loop_) {
        return;
    }
    try {
        loop_->connection().releaseName(sdbus::ServiceName(std::string(dbus::service_name)));
        while (loop_->connection().processPendingEvent()) {
        }
    } catch (const sdbus::Error& error) {
        // The bus is gone, and with it whoever could have called.
        log::debug(std::format("the name was not released: {}", error.getMessage()));
    }
}

}  // namespace mcpctl::bus
