#include "agent/core/secrets.hpp"

#include <algorithm>
#include <cstring>
#include <format>

#include "agent/core/ids.hpp"

namespace mcpctl {
namespace {

AuditRecord audit_of_secret(AuditAction action, const Actor& actor, const std::string& name) {
    AuditRecord record = audit_of(action, actor);
    record.reason = name;
    return record;
}

Result<void> check_value(std::span<const std::uint8_t> value) {
    if (value.empty()) {
        return fail(ErrorCode::InvalidArgument, "the secret is empty", "value");
    }
    if (value.size() > Secrets::max_value_bytes) {
        return fail(ErrorCode::LimitsExceeded,
                    std::format("the secret has {} bytes, {} are allowed", value.size(), Secrets::max_value_bytes),
                    "value");
    }
    return {};
}

bool holds(const std::vector<KeptSecret>& kept, const std::string& name) {
    return std::ranges::contains(kept, name, &KeptSecret::name);
}

bool names(const std::vector<SecretUse>& secrets, const std::string& name) {
    return std::ranges::contains(secrets, name, &SecretUse::name);
}

std::string joined(const std::vector<std::string>& users) {
    constexpr std::size_t shown = 5;
    std::string text;
    for (std::size_t i = 0; i < users.size() && i < shown; ++i) {
        text.append(text.empty() ? "" : ", ").append(users[i]);
    }
    return users.size() > shown ? std::format("{} and {} more", text, users.size() - shown) : text;
}

}  // namespace

SecretValue& SecretValue::operator=(SecretValue&& other) noexcept {
    if (this != &other) {
        wipe();
        bytes_ = std::exchange(other.bytes_, {});
    }
    return *this;
}

void SecretValue::wipe() {
    if (!bytes_.empty()) {
        ::explicit_bzero(bytes_.data(), bytes_.size());
        bytes_.clear();
    }
}

// Encrypting is what may fail; then it is on record before it is done, so that no secret is there without one.
Task<Result<void>> Secrets::set(std::string name, SecretValue value, Actor actor) {
    if (auto checked = check_name(name, "name").and_then([&] { return check_value(value.bytes()); }); !checked) {
        co_return checked;
    }
    const auto kept = co_await vault_.list();
    if (!kept) {
        co_return std::unexpected(kept.error());
    }
    if (!holds(*kept, name) && kept->size() >= max_secrets_kept) {
        co_return fail(ErrorCode::LimitsExceeded, std::format("{} secrets are kept already", max_secrets_kept), {},
                       "remove secrets that are not needed");
    }
    auto sealed = co_await vault_.seal(name, std::move(value));
    if (!sealed) {
        co_return std::unexpected(sealed.error());
    }
    if (auto recorded = co_await store_.commit({audit_of_secret(AuditAction::set_secret, actor, name)}); !recorded) {
        co_return recorded;
    }
    co_return co_await vault_.keep(name, *std::move(sealed));
}

Task<Result<void>> Secrets::remove(std::string name, Actor actor) {
    if (auto checked = check_name(name, "name"); !checked) {
        co_return checked;
    }
    const auto kept = co_await vault_.list();
    if (!kept) {
        co_return std::unexpected(kept.error());
    }
    if (!holds(*kept, name)) {
        co_return fail(ErrorCode::NotFound, std::format("no secret is named {}", name), "name",
                       "see: mcpctl secret list");
    }
    if (const auto users = users_of(name); !users.empty()) {
        co_return fail(ErrorCode::InUse, std::format("secret {} is used by {}", name, joined(users)), "name",
                       "stop and remove them first; mcpctl secret set gives it another value");
    }
    if (auto recorded = co_await store_.commit({audit_of_secret(AuditAction::remove_secret, actor, name)}); !recorded) {
        co_return recorded;
    }
    co_return co_await vault_.erase(name);
}

Task<Result<std::vector<SecretInfo>>> Secrets::list() {
    const auto kept = co_await vault_.list();
    co_return kept.transform([this](const std::vector<KeptSecret>& secrets) {
        std::vector<SecretInfo> infos;
        for (const KeptSecret& secret : secrets) {
            infos.push_back({secret.name, secret.set_at, users_of(secret.name)});
        }
        return infos;
    });
}

std::vector<std::string> Secrets::users_of(const std::string& name) const {
    std::vector<std::string> users;
    for (const auto& [server_name, server] : registry_.servers()) {
        if (names(server.secrets, name)) {
            users.push_back("server " + server_name);
        }
    }
    for (const auto& [profile_name, profile] : registry_.profiles()) {
        if (names(profile.secrets, name)) {
            users.push_back("profile " + profile_name);
        }
    }
    for (const auto& [id, instance] : registry_.instances()) {
        if (names(instance.config.secrets(), name)) {
            users.push_back("instance " + instance.name);
        }
    }
    return users;
}

}  // namespace mcpctl
