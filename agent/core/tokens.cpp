#include "agent/core/tokens.hpp"

#include <algorithm>
#include <format>

#include "agent/core/enum_names.hpp"
#include "agent/core/token_secret.hpp"

namespace mcpctl {
namespace {

constexpr WallTime minute = std::chrono::microseconds(std::chrono::minutes(1)).count();

std::string described(const Token& token) {
    std::string text = token.name + ", for";
    for (const Scope scope : token.scopes) {
        text.append(scope == token.scopes.front() ? " " : ", ").append(spelt(scope));
    }
    for (const std::string& profile : token.profiles) {
        text.append(profile == token.profiles.front() ? "; only " : ", ").append(profile);
    }
    return text;
}

AuditRecord audit_of_token(AuditAction action, const Actor& actor, const Token& token) {
    AuditRecord record = audit_of(action, actor);
    record.reason = described(token);
    return record;
}

}  // namespace

bool Token::has(Scope scope) const {
    return std::ranges::contains(scopes, scope);
}

bool Token::reaches(std::string_view profile) const {
    return profiles.empty() || std::ranges::contains(profiles, profile);
}

std::optional<std::string> why_void(const GrantedToken& granted, WallTime now) {
    if (granted.revoked) {
        return std::format("the token {} was revoked", granted.token.name);
    }
    if (granted.token.expires_at != 0 && granted.token.expires_at <= now) {
        return std::format("the token {} has expired", granted.token.name);
    }
    return std::nullopt;
}

void Tokens::load(std::vector<Token> tokens) {
    for (Token& token : tokens) {
        std::string name = token.name;
        tokens_[std::move(name)] = std::make_shared<GrantedToken>(std::move(token));
    }
}

Result<void> Tokens::may_create(const TokenRequest& request) const {
    if (auto valid = check_name(request.name, "name"); !valid) {
        return valid;
    }
    if (tokens_.contains(request.name)) {
        return fail(ErrorCode::AlreadyExists, std::format("a token named {} exists", request.name), "name",
                    std::format("choose another name, or revoke it first: mcpctl token revoke {}", request.name));
    }
    if (request.scopes.empty()) {
        return fail(ErrorCode::InvalidArgument, "a token without a scope could do nothing", "scopes",
                    "some of: " + spellings<Scope>());
    }
    if (std::ranges::contains(request.scopes, Scope::define) && !may_define_) {
        return fail(ErrorCode::NotSupported, "tokens may not define servers here", "scopes",
                    "whoever may define a command owns the machine; [tokens] define = true in mcpctl.toml allows it");
    }
    for (const std::string& profile : request.profiles) {
        if (registry_.profile(profile) == nullptr) {
            return fail(ErrorCode::NotFound, std::format("no profile is named {}", profile), "profiles",
                        "see: mcpctl profile list");
        }
    }
    if (request.expires_in && (*request.expires_in <= Duration::zero() || *request.expires_in > longest_expiry)) {
        return fail(ErrorCode::InvalidArgument, "a token expires within a year, or never", "expires-in",
                    "for example 30d");
    }
    if (tokens_.size() >= max_tokens) {
        return fail(ErrorCode::LimitsExceeded, std::format("{} tokens exist already", max_tokens), {},
                    "revoke tokens that are not needed");
    }
    return {};
}

Task<Result<std::string>> Tokens::create(TokenRequest request, Actor actor) {
    if (auto checked = may_create(request); !checked) {
        co_return std::unexpected(checked.error());
    }
    std::string secret = make_token_secret();
    Token token{.name = request.name,
                .scopes = std::move(request.scopes),
                .profiles = std::move(request.profiles),
                .hash = hash_of_secret(secret),
                .created_by = actor.uid,
                .created_at = wall_time_now()};
    std::ranges::sort(token.scopes);
    token.scopes.erase(std::ranges::unique(token.scopes).begin(), token.scopes.end());
    if (request.expires_in) {
        token.expires_at =
            token.created_at + std::chrono::duration_cast<std::chrono::microseconds>(*request.expires_in).count();
    }
    // In memory first, so that a second one of this name is refused meanwhile; its secret is not out yet.
    tokens_[token.name] = std::make_shared<GrantedToken>(token);
    AuditRecord record = audit_of_token(AuditAction::create_token, actor, token);
    if (auto stored = co_await store_.commit({std::move(token), std::move(record)}); !stored) {
        tokens_.erase(request.name);
        co_return std::unexpected(stored.error());
    }
    co_return secret;
}

Task<Result<void>> Tokens::revoke(std::string name, Actor actor) {
    const auto position = tokens_.find(name);
    if (position == tokens_.end()) {
        co_return fail(ErrorCode::NotFound, std::format("no token is named {}", name), "name",
                       "see: mcpctl token list");
    }
    const auto granted = position->second;
    auto stored =
        co_await store_.commit({RemoveToken{name}, audit_of_token(AuditAction::revoke_token, actor, granted->token)});
    if (stored && !granted->revoked) {
        granted->revoked = true;
        tokens_.erase(name);
        registry_.token_revoked(name);
    }
    co_return stored;
}

Result<std::shared_ptr<const GrantedToken>> Tokens::authenticate(std::string_view secret) {
    const std::string hash = hash_of_secret(secret);
    std::shared_ptr<GrantedToken> found;
    // All of them, so that the time tells nothing about which.
    for (const auto& [name, granted] : tokens_) {
        if (same_hash(granted->token.hash, hash)) {
            found = granted;
        }
    }
    if (!found || why_void(*found, wall_time_now())) {
        return fail(ErrorCode::AccessDenied, "this is no valid token", {},
                    "it may have expired or been revoked: mcpctl token list");
    }
    note_use(*found);
    return found;
}

void Tokens::note_use(const GrantedToken& granted) {
    const auto position = tokens_.find(granted.token.name);
    const WallTime now = wall_time_now();
    if (position == tokens_.end() || position->second.get() != &granted || now - granted.token.last_used_at < minute) {
        return;
    }
    position->second->token.last_used_at = now;
    store_.commit_later({position->second->token});
}

std::vector<Token> Tokens::all() const {
    std::vector<Token> tokens;
    for (const auto& [name, granted] : tokens_) {
        tokens.push_back(granted->token);
    }
    return tokens;
}

}  // namespace mcpctl
