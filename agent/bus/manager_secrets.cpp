// The bus face of secrets.
#include "agent/bus/manager_object.hpp"
#include "agent/json/records.hpp"

namespace mcpctl::bus {

void ManagerObject::SetSecret(sdbus::Result<>&& reply, std::string name, std::vector<std::uint8_t> value,
                              OptionMap options) {
    calls_.keep_secret(getObject());
    auto body = [&context = context_, name = std::move(name), value = SecretValue(std::move(value)),
                 options = std::move(options)](const Caller& caller) mutable -> Task<Result<void>> {
        const Actor actor = caller.actor();
        if (auto known = Options(options).finish(); !known) {
            co_return known;
        }
        co_return co_await context.secrets.set(name, std::move(value), actor);
    };
    calls_.handle(getObject(), std::move(reply), Manager_adaptor::INTERFACE_NAME, std::move(body));
}

void ManagerObject::RemoveSecret(sdbus::Result<>&& reply, std::string name, OptionMap options) {
    auto body = [&context = context_, name = std::move(name),
                 options = std::move(options)](const Caller& caller) -> Task<Result<void>> {
        const Actor actor = caller.actor();
        if (auto known = Options(options).finish(); !known) {
            co_return known;
        }
        co_return co_await context.secrets.remove(name, actor);
    };
    calls_.handle(getObject(), std::move(reply), Manager_adaptor::INTERFACE_NAME, std::move(body));
}

void ManagerObject::ListSecrets(sdbus::Result<std::string>&& reply) {
    auto body = [&context = context_]() -> Task<Result<std::string>> {
        const auto secrets = co_await context.secrets.list();
        co_return secrets.transform([](const std::vector<SecretInfo>& infos) { return to_public_json(infos); });
    };
    calls_.handle(getObject(), std::move(reply), Manager_adaptor::INTERFACE_NAME, std::move(body));
}

}  // namespace mcpctl::bus
