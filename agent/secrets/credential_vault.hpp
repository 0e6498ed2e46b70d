// Secrets as systemd credentials in the agent's state directory.
#pragma once

#include <boost/asio/thread_pool.hpp>
#include <filesystem>

#include "agent/core/secret_vault.hpp"

namespace mcpctl::secrets {

class CredentialVault final : public SecretVault {
  public:
    // Its parent exists.
    explicit CredentialVault(std::filesystem::path directory) : directory_(std::move(directory)) {}
    CredentialVault(const CredentialVault&) = delete;
    CredentialVault& operator=(const CredentialVault&) = delete;
    ~CredentialVault() override { worker_.join(); }

    Task<Result<std::string>> seal(std::string name, SecretValue value) override;
    Task<Result<void>> keep(std::string name, std::string sealed) override;
    Task<Result<void>> erase(std::string name) override;
    Task<Result<std::vector<KeptSecret>>> list() override;

  private:
    std::filesystem::path directory_;
    asio::thread_pool worker_{1};  // one, so that nothing overtakes
};

}  // namespace mcpctl::secrets
