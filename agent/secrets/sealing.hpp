// Encryption by systemd: io.systemd.Credentials, the service behind systemd-creds(1). It runs outside of the agent's
// sandbox, so it reaches the TPM and makes the host's key where there is none yet.
#pragma once

#include <string>

#include "agent/core/secret.hpp"
#include "base/error.hpp"

namespace mcpctl::secrets {

// Gives base64 text, what LoadCredentialEncrypted= reads. The name is encrypted with it: PID 1 takes it for a
// credential of that name only. Blocks. Unavailable, with what to do.
[[nodiscard]] Result<std::string> seal(const std::string& name, const SecretValue& value);

}  // namespace mcpctl::secrets
