// Port: where secrets are encrypted and kept. Names handed in are valid.
#pragma once

#include <string>
#include <vector>

#include "agent/core/secret.hpp"
#include "base/async.hpp"
#include "base/error.hpp"

namespace mcpctl {

class SecretVault {
  public:
    virtual ~SecretVault() = default;

    // Encrypts it so that only this machine can read it, and only under this name. Unavailable.
    virtual Task<Result<std::string>> seal(std::string name, SecretValue value) = 0;
    // Keeps what seal() gave, in place of what was there; durable when it comes back. StorageFailed.
    virtual Task<Result<void>> keep(std::string name, std::string sealed) = 0;
    // Durable when it comes back; no error when there is none. StorageFailed.
    virtual Task<Result<void>> erase(std::string name) = 0;
    // In the order of their names. StorageFailed.
    virtual Task<Result<std::vector<KeptSecret>>> list() = 0;
};

}  // namespace mcpctl
