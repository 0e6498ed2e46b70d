// /etc/mcpctl/http-bridge.toml.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/duration.hpp"
#include "base/error.hpp"
#include "http-bridge/tls_contexts.hpp"

namespace mcpctl::http_bridge {

struct Configuration {
    // What a request may have as its Host, with the port where the client sends one; compared byte for byte.
    std::vector<std::string> hosts{"127.0.0.1:6270", "localhost:6270", "[::1]:6270"};
    // What it may have as its Origin, where it has one: browsers send it.
    std::vector<std::string> origins;
    // Of sockets that are named https.
    std::optional<TlsFiles> tls;
    // Exit after this long without a connection.
    Duration idle_timeout = std::chrono::seconds(60);
};

// A file that is not there gives the defaults. Errors name file, line and key; unknown keys are errors.
[[nodiscard]] Result<Configuration> read_configuration(const std::filesystem::path& file);

}  // namespace mcpctl::http_bridge
