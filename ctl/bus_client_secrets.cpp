// BusClient: secrets of servers.
#include "ctl/bus_client.hpp"
#include "ctl/caller.hpp"
#include "ctl/decode.hpp"
#include "dbus/names.hpp"

namespace mcpctl::ctl {
namespace {

const std::string root(dbus::root_path);

}  // namespace

Result<void> BusClient::set_secret(const std::string& name, const std::vector<std::uint8_t>& value) {
    return caller_->ask<>(Effect::changes, root, dbus::manager_interface, "SetSecret", name, value, Properties())
        .transform([](const std::tuple<>&) {});
}

Result<void> BusClient::remove_secret(const std::string& name) {
    return caller_->ask<>(Effect::changes, root, dbus::manager_interface, "RemoveSecret", name, Properties())
        .transform([](const std::tuple<>&) {});
}

Result<std::vector<SecretInfo>> BusClient::secrets() {
    return caller_->ask<std::string>(Effect::discloses, root, dbus::manager_interface, "ListSecrets")
        .and_then([](const std::tuple<std::string>& json) { return secrets_from(std::get<0>(json)); });
}

}  // namespace mcpctl::ctl
