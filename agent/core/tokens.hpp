// All tokens: making, revoking and recognising them.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/registry.hpp"
#include "agent/core/store.hpp"
#include "agent/core/token.hpp"
#include "base/duration.hpp"

namespace mcpctl {

struct TokenRequest {
    std::string name;
    std::vector<Scope> scopes;
    std::vector<std::string> profiles = {};
    std::optional<Duration> expires_in = {};
};

// A token as a connection holds it after it has shown the secret. It goes on existing when the token is revoked.
struct GrantedToken {
    Token token;
    bool revoked = false;
};

class Tokens {
  public:
    Tokens(Registry& registry, Store& store) : registry_(registry), store_(store) {}

    void load(std::vector<Token> tokens);
    // The configuration's [tokens] define.
    void let_define(bool may) { may_define_ = may; }
    [[nodiscard]] bool may_define() const { return may_define_; }

    // Gives the secret, which nobody can be told again. InvalidArgument, AlreadyExists, LimitsExceeded, NotSupported
    // (scope define, where the configuration does not let tokens define), StorageFailed.
    Task<Result<std::string>> create(TokenRequest request, Actor actor);
    // From now on calls with it are denied.
    Task<Result<void>> revoke(std::string name, Actor actor);
    // AccessDenied for what is no token of ours, or not any more: nobody learns which.
    [[nodiscard]] Result<std::shared_ptr<const GrantedToken>> authenticate(std::string_view secret);
    // A call was made with it: remembers when.
    void note_use(const GrantedToken& granted);

    [[nodiscard]] std::vector<Token> all() const;

    static constexpr std::size_t max_tokens = 1000;
    static constexpr Duration longest_expiry = std::chrono::days(365);

  private:
    [[nodiscard]] Result<void> may_create(const TokenRequest& request) const;

    Registry& registry_;
    Store& store_;
    bool may_define_ = false;
    std::map<std::string, std::shared_ptr<GrantedToken>, std::less<>> tokens_;
};

// Why calls with it are denied now; nothing: they are not.
[[nodiscard]] std::optional<std::string> why_void(const GrantedToken& granted, WallTime now);

}  // namespace mcpctl
