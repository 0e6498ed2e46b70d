// BusClient: tokens of remote callers.
#include "ctl/bus_client.hpp"
#include "ctl/caller.hpp"
#include "ctl/decode.hpp"
#include "dbus/names.hpp"

namespace mcpctl::ctl {
namespace {

const std::string root(dbus::root_path);

}  // namespace

Result<std::string> BusClient::create_token(const std::string& name, const TokenOptions& options) {
    Properties given{{"scopes", sdbus::Variant(options.scopes)}};
    if (!options.profiles.empty()) {
        given.emplace("profiles", sdbus::Variant(options.profiles));
    }
    if (options.expires_in) {
        given.emplace("expires-in", sdbus::Variant(std::chrono::duration<double>(*options.expires_in).count()));
    }
    return caller_->ask<std::string>(Effect::changes, root, dbus::manager_interface, "CreateToken", name, given)
        .transform([](std::tuple<std::string> secret) { return std::get<0>(std::move(secret)); });
}

Result<void> BusClient::revoke_token(const std::string& name) {
    return caller_->ask<>(Effect::changes, root, dbus::manager_interface, "RevokeToken", name, Properties())
        .transform([](const std::tuple<>&) {});
}

Result<std::vector<TokenInfo>> BusClient::tokens() {
    return caller_->ask<std::string>(Effect::discloses, root, dbus::manager_interface, "ListTokens")
        .and_then([](const std::tuple<std::string>& json) { return tokens_from(std::get<0>(json)); });
}

}  // namespace mcpctl::ctl
