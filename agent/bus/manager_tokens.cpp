// The bus face of tokens.
#include "agent/bus/manager_object.hpp"
#include "agent/core/enum_names.hpp"
#include "agent/core/token_secret.hpp"
#include "agent/json/records.hpp"
#include "base/shown.hpp"

namespace mcpctl::bus {
namespace {

Result<std::vector<Scope>> scopes_from(const std::vector<std::string>& names) {
    std::vector<Scope> scopes;
    for (const std::string& name : names) {
        const auto scope = parse_enum<Scope>(name);
        if (!scope) {
            return fail(ErrorCode::InvalidArgument, std::format("there is no scope {}", shown(name)), "scopes",
                        "some of: " + spellings<Scope>());
        }
        scopes.push_back(*scope);
    }
    return scopes;
}

}  // namespace

void ManagerObject::CreateToken(sdbus::Result<std::string>&& reply, std::string name, OptionMap options) {
    auto body = [&context = context_, name = std::move(name),
                 options = std::move(options)](const Caller& caller) -> Task<Result<std::string>> {
        const Actor actor = caller.actor();
        Options given(options);
        TokenRequest request{.name = name, .scopes = {}};
        const auto scopes =
            scopes_from(given.take<std::vector<std::string>>("scopes").value_or(std::vector<std::string>()));
        request.profiles = given.take<std::vector<std::string>>("profiles").value_or(std::vector<std::string>());
        request.expires_in = given.take_seconds("expires-in");
        if (auto known = given.finish(); !known) {
            co_return std::unexpected(known.error());
        }
        if (!scopes) {
            co_return std::unexpected(scopes.error());
        }
        request.scopes = *scopes;
        co_return co_await context.tokens.create(std::move(request), actor);
    };
    calls_.handle(getObject(), std::move(reply), Manager_adaptor::INTERFACE_NAME, std::move(body));
}

void ManagerObject::RevokeToken(sdbus::Result<>&& reply, std::string name, OptionMap options) {
    auto body = [&context = context_, name = std::move(name),
                 options = std::move(options)](const Caller& caller) -> Task<Result<void>> {
        const Actor actor = caller.actor();
        if (auto known = Options(options).finish(); !known) {
            co_return known;
        }
        co_return co_await context.tokens.revoke(name, actor);
    };
    calls_.handle(getObject(), std::move(reply), Manager_adaptor::INTERFACE_NAME, std::move(body));
}

void ManagerObject::ListTokens(sdbus::Result<std::string>&& reply) {
    auto body = [&context = context_]() -> Task<Result<std::string>> {
        co_return to_public_json(context.tokens.all());
    };
    calls_.handle(getObject(), std::move(reply), Manager_adaptor::INTERFACE_NAME, std::move(body));
}

void ManagerObject::Authenticate(sdbus::Result<std::string>&& reply, std::string token, OptionMap options) {
    calls_.keep_secret(getObject());
    auto body = [&context = context_, shown = calls_.shown_tokens(), token = std::move(token),
                 options = std::move(options)](const Caller& caller) mutable -> Task<Result<std::string>> {
        const Actor actor = caller.actor();
        const std::string bus_name = caller.bus_name;
        if (auto known = Options(options).finish(); !known) {
            co_return std::unexpected(known.error());
        }
        const auto granted = context.tokens.authenticate(token);
        wipe(token);
        const auto place = shown.lock();
        if (!granted || !place) {
            co_return std::unexpected(granted ? Error{ErrorCode::Canceled, "the connection is gone"} : granted.error());
        }
        place->show(bus_name, *granted);
        AuditRecord record = audit_of(AuditAction::authenticate, actor);
        record.actor.token = (*granted)->token.name;
        context.audit.tell(std::move(record));
        co_return to_public_json((*granted)->token);
    };
    calls_.handle(getObject(), std::move(reply), Manager_adaptor::INTERFACE_NAME, std::move(body));
}

}  // namespace mcpctl::bus
