#include "agent/bus/definition_objects.hpp"

#include <format>

#include "agent/core/enum_names.hpp"
#include "agent/json/definitions.hpp"
#include "dbus/names.hpp"

namespace mcpctl::bus {

using Path = sdbus::ObjectPath;

ServerObject::ServerObject(sdbus::IConnection& connection, const Context& /*context*/, Calls& calls,
                           ServerDefinition server)
    : AdaptorInterfaces(connection, Path(dbus::server_path(server.name))), calls_(calls), server_(std::move(server)) {
    registerAdaptor();
}

ServerObject::~ServerObject() {
    unregisterAdaptor();
}

void ServerObject::GetDefinition(sdbus::Result<std::string>&& reply) {
    auto body = [server = server_]() -> Task<Result<std::string>> { co_return to_json(server); };
    calls_.handle(getObject(), std::move(reply), INTERFACE_NAME, std::move(body));
}

std::string ServerObject::Transport() {
    return std::string(spelt(server_.transport));
}

ProfileObject::ProfileObject(sdbus::IConnection& connection, const Context& context, Calls& calls,
                             ProfileDefinition profile)
    : AdaptorInterfaces(connection, Path(dbus::profile_path(profile.name))),
      context_(context),
      calls_(calls),
      profile_(std::move(profile)) {
    registerAdaptor();
}

ProfileObject::~ProfileObject() {
    unregisterAdaptor();
}

void ProfileObject::GetDefinition(sdbus::Result<std::string>&& reply) {
    auto body = [profile = profile_]() -> Task<Result<std::string>> { co_return to_json(profile); };
    calls_.handle(getObject(), std::move(reply), INTERFACE_NAME, std::move(body));
}

void ProfileObject::GetEffectiveSettings(sdbus::Result<std::string>&& reply) {
    auto body = [&context = context_, profile = profile_]() -> Task<Result<std::string>> {
        const ServerDefinition* server = context.registry.server(profile.server);
        if (server == nullptr) {
            co_return fail(ErrorCode::NotFound, std::format("there is no server {}", profile.server), "server");
        }
        const InstanceConfig config{*server, profile};
        co_return context.runtime.enforced(config).transform(
            [&](const std::vector<EnforcedSetting>& enforced) { return to_json(config, enforced); });
    };
    calls_.handle(getObject(), std::move(reply), INTERFACE_NAME, std::move(body));
}

std::string ProfileObject::Runtime() {
    return std::string(spelt(profile_.runtime));
}

}  // namespace mcpctl::bus
