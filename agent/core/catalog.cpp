#include "agent/core/catalog.hpp"

#include <format>

namespace mcpctl {
namespace {

std::string joined(const std::vector<std::string>& names) {
    constexpr std::size_t shown = 5;
    std::string text;
    for (std::size_t i = 0; i < names.size() && i < shown; ++i) {
        text.append(text.empty() ? "" : ", ").append(names[i]);
    }
    return names.size() > shown ? std::format("{} and {} more", text, names.size() - shown) : text;
}

std::unexpected<Error> too_many(std::string_view what) {
    return fail(ErrorCode::LimitsExceeded, std::format("{} {} are defined already", Catalog::max_definitions, what), {},
                std::format("remove {} that are not needed", what));
}

}  // namespace

Result<void> Catalog::may_add_server(const ServerDefinition& server) const {
    if (registry_.server(server.name) != nullptr) {
        return fail(ErrorCode::AlreadyExists, std::format("a server named {} exists", server.name), "name",
                    std::format("remove it first: mcpctl server remove {}", server.name));
    }
    if (registry_.profile(server.name) != nullptr) {
        return fail(ErrorCode::AlreadyExists, std::format("a profile named {} exists", server.name), "name",
                    "a server makes a profile of its own name: choose another name");
    }
    return registry_.servers().size() < max_definitions ? Result<void>() : too_many("servers");
}

Task<Result<void>> Catalog::add_server(ServerDefinition server, Actor actor) {
    ProfileDefinition profile;
    profile.name = server.name;
    profile.server = server.name;
    profile.runtime = server.command.empty() ? RuntimeKind::docker : RuntimeKind::systemd;
    Result<void> checked = may_add_server(server);
    if (checked) {
        checked = validate(InstanceConfig{server, profile});
    }
    if (!checked) {
        co_return checked;
    }
    // In memory first, so that a second call for the same name is refused while the first is being written.
    const std::string name = server.name;
    registry_.put_server(server);
    registry_.put_profile(profile);
    auto stored = co_await store_.commit(
        {std::move(server), std::move(profile), audit_of_definition(AuditAction::add_server, actor, name, name)});
    if (!stored) {
        registry_.remove_profile(name);
        registry_.remove_server(name);
    }
    co_return stored;
}

Task<Result<void>> Catalog::remove_server(std::string name, Actor actor) {
    if (registry_.server(name) == nullptr) {
        co_return fail(ErrorCode::NotFound, std::format("no server is named {}", name), "name",
                       "see: mcpctl server list");
    }
    std::vector<std::string> others;
    for (const auto& [profile_name, profile] : registry_.profiles()) {
        if (profile.server == name && profile_name != name) {
            others.push_back(profile_name);
        }
    }
    if (!others.empty()) {
        co_return fail(ErrorCode::InUse, std::format("server {} is used by the profiles {}", name, joined(others)),
                       "name", "remove them first: mcpctl profile remove NAME");
    }
    const ProfileDefinition* own = registry_.profile(name);
    const bool with_profile = own != nullptr && own->server == name;
    if (with_profile) {
        if (auto unused = not_used(name); !unused) {
            co_return unused;
        }
    }
    Changes changes{RemoveServer{name},
                    audit_of_definition(AuditAction::remove_server, actor, name, with_profile ? name : "")};
    if (with_profile) {
        changes.emplace_back(RemoveProfile{name});
    }
    auto stored = co_await store_.commit(std::move(changes));
    if (stored) {
        if (with_profile) {
            registry_.remove_profile(name);
        }
        registry_.remove_server(name);
    }
    co_return stored;
}

Result<void> Catalog::may_add_profile(const ProfileDefinition& profile) const {
    const ServerDefinition* server = registry_.server(profile.server);
    if (server == nullptr) {
        return fail(ErrorCode::NotFound, std::format("no server is named {}", profile.server), "server",
                    "see: mcpctl server list");
    }
    if (registry_.profile(profile.name) != nullptr) {
        return fail(ErrorCode::AlreadyExists, std::format("a profile named {} exists", profile.name), "name",
                    std::format("remove it first: mcpctl profile remove {}", profile.name));
    }
    if (registry_.profiles().size() >= max_definitions) {
        return too_many("profiles");
    }
    return validate(InstanceConfig{*server, profile});
}

Task<Result<void>> Catalog::add_profile(ProfileDefinition profile, Actor actor) {
    if (auto checked = may_add_profile(profile); !checked) {
        co_return checked;
    }
    const std::string name = profile.name;
    registry_.put_profile(profile);
    AuditRecord record = audit_of_definition(AuditAction::add_profile, actor, profile.server, name);
    auto stored = co_await store_.commit({std::move(profile), std::move(record)});
    if (!stored) {
        registry_.remove_profile(name);
    }
    co_return stored;
}

Result<void> Catalog::not_used(const std::string& profile) const {
    const auto users = registry_.instances_of_profile(profile);
    if (users.empty()) {
        return {};
    }
    return fail(ErrorCode::InUse, std::format("profile {} is used by the instances {}", profile, joined(users)), "name",
                "stop them first: mcpctl stop INSTANCE");
}

Task<Result<void>> Catalog::remove_profile(std::string name, Actor actor) {
    const ProfileDefinition* profile = registry_.profile(name);
    if (profile == nullptr) {
        co_return fail(ErrorCode::NotFound, std::format("no profile is named {}", name), "name",
                       "see: mcpctl profile list");
    }
    if (auto unused = not_used(name); !unused) {
        co_return unused;
    }
    auto stored = co_await store_.commit(
        {RemoveProfile{name}, audit_of_definition(AuditAction::remove_profile, actor, profile->server, name)});
    if (stored) {
        registry_.remove_profile(name);
    }
    co_return stored;
}

}  // namespace mcpctl
