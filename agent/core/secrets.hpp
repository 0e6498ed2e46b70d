// Secrets of servers: setting, listing and removing them. Their values are never given back.
#pragma once

#include <string>
#include <vector>

#include "agent/core/registry.hpp"
#include "agent/core/secret_vault.hpp"
#include "agent/core/store.hpp"

namespace mcpctl {

class Secrets {
  public:
    Secrets(Registry& registry, Store& store, SecretVault& vault) : registry_(registry), store_(store), vault_(vault) {}

    // Replaces a value that is there. InvalidArgument, LimitsExceeded, Unavailable, StorageFailed.
    Task<Result<void>> set(std::string name, SecretValue value, Actor actor = {});
    // NotFound; InUse as long as a definition or an instance names it; StorageFailed.
    Task<Result<void>> remove(std::string name, Actor actor = {});
    Task<Result<std::vector<SecretInfo>>> list();

    static constexpr std::size_t max_secrets_kept = 1000;
    static constexpr std::size_t max_value_bytes = 16UL * 1024;

  private:
    [[nodiscard]] std::vector<std::string> users_of(const std::string& name) const;

    Registry& registry_;
    Store& store_;
    SecretVault& vault_;
};

}  // namespace mcpctl
