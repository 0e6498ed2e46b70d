// Servers and profiles: adding and removing them. Definitions handed in are validated already.
#pragma once

#include <string>

#include "agent/core/registry.hpp"
#include "agent/core/store.hpp"

namespace mcpctl {

class Catalog {
  public:
    Catalog(Registry& registry, Store& store) : registry_(registry), store_(store) {}

    // Adds the server and a profile of the same name with default settings; without a command its runtime is docker.
    Task<Result<void>> add_server(ServerDefinition server, Actor actor = {});
    // Removes the server, and its profile of the same name where no instance uses it.
    Task<Result<void>> remove_server(std::string name, Actor actor = {});
    Task<Result<void>> add_profile(ProfileDefinition profile, Actor actor = {});
    Task<Result<void>> remove_profile(std::string name, Actor actor = {});

    static constexpr std::size_t max_definitions = 1000;

  private:
    [[nodiscard]] Result<void> may_add_server(const ServerDefinition& server) const;
    [[nodiscard]] Result<void> may_add_profile(const ProfileDefinition& profile) const;
    [[nodiscard]] Result<void> not_used(const std::string& profile) const;

    Registry& registry_;
    Store& store_;
};

}  // namespace mcpctl
