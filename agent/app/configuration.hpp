// /etc/mcpctl/mcpctl.toml, its drop-ins and the vendor's defaults.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "agent/core/engine.hpp"
#include "agent/core/ports.hpp"
#include "base/duration.hpp"
#include "base/error.hpp"

namespace mcpctl {

struct Configuration {
    Duration idle_timeout = std::chrono::seconds(60);  // [agent] idle_timeout: exit after this long with nothing to do
    PortRange ports;                                   // [ports] first, last: for instances that name no port
    bool tokens_define = false;                        // [tokens] define: tokens may have the scope of this name
    // [engines.NAME] socket: of container engines. Those that are set come after these.
    Engines engines{{"docker", "/run/docker.sock"}, {"podman", "/run/podman/podman.sock"}};
};

// Where configuration is looked for: /usr/lib/mcpctl/mcpctl.toml, then /etc/mcpctl/mcpctl.toml, then
// /etc/mcpctl/mcpctl.toml.d/*.toml in the order of their names. What comes later is stronger, key by key.
[[nodiscard]] std::vector<std::filesystem::path> configuration_files();

// Every key that there is, as "agent.idle_timeout"; NAME stands for a name.
[[nodiscard]] std::vector<std::string> configuration_keys();

// Errors name file, line and key. Unknown keys are errors, because a misspelt setting would be silently without effect.
[[nodiscard]] Result<Configuration> read_configuration(const std::vector<std::filesystem::path>& files);

}  // namespace mcpctl
