// A vault in memory. What it "encrypts" it can show.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "agent/core/secret_vault.hpp"

namespace mcpctl::test {

class MemoryVault final : public SecretVault {
  public:
    std::map<std::string, std::string> kept;
    std::optional<Error> cannot_seal;
    std::optional<Error> cannot_keep;

    Task<Result<std::string>> seal(std::string name, SecretValue value) override {
        if (cannot_seal) {
            co_return std::unexpected(*cannot_seal);
        }
        const auto bytes = value.bytes();
        co_return "sealed " + name + " " + std::string(bytes.begin(), bytes.end());
    }
    Task<Result<void>> keep(std::string name, std::string sealed) override {
        if (cannot_keep) {
            co_return std::unexpected(*cannot_keep);
        }
        kept[name] = std::move(sealed);
        co_return Result<void>{};
    }
    Task<Result<void>> erase(std::string name) override {
        kept.erase(name);
        co_return Result<void>{};
    }
    Task<Result<std::vector<KeptSecret>>> list() override {
        std::vector<KeptSecret> secrets;
        for (const auto& [name, sealed] : kept) {
            secrets.push_back({name, 7});
        }
        co_return secrets;
    }
};

}  // namespace mcpctl::test
