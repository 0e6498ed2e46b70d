// What a start needs on this machine beside its program. Of what is missing PID 1 would tell an exit code, and not what
// to do.
#pragma once

#include <filesystem>
#include <string>

#include "agent/core/definitions.hpp"
#include "base/error.hpp"

namespace mcpctl::systemd {

// Every secret that the configuration names has its file in `directory`. The error is a launch_failure() with
// missing_secret.
[[nodiscard]] Result<void> find_secrets(const InstanceConfig& config, const std::filesystem::path& directory);

// There is a user of that name, and he is neither root by another name nor the dynamic user of some unit, whose state
// such a process could read. The error is a launch_failure() with missing_user. Asks the name service: for a worker
// thread.
[[nodiscard]] Result<void> find_static_user(const std::string& name);

}  // namespace mcpctl::systemd
