// Definitions as JSON text, built from command-line flags or read from a file. The agent validates them; here only what
// cannot be turned into JSON is refused.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace mcpctl::ctl {

struct ServerFlags {
    std::string name;
    std::string transport;
    std::string description;
    std::vector<std::string> env;      // KEY=VALUE
    std::vector<std::string> secrets;  // NAME, or NAME=VARIABLE
    std::optional<std::uint16_t> port;
    std::string path;
    std::string image;
    std::vector<std::string> command;  // with an image, the arguments of its entry point
};

struct ProfileFlags {
    std::string name;
    std::string server;
    std::string runtime;
    std::string user;
    std::string engine;
    std::string pull;
    std::vector<std::string> env;
    std::vector<std::string> secrets;
    std::vector<std::string> args;
    std::string memory;
    std::optional<double> cpu;
    std::optional<std::uint64_t> tasks;
    std::string restart;
    std::string health_interval;
    std::string health_timeout;
    std::optional<std::uint32_t> failure_threshold;
    std::string unhealthy_after;
    std::string on_unhealthy;
    std::string drain_timeout;
    std::string max_drain_timeout;
    std::string start_timeout;
    std::optional<std::uint32_t> standby;
    std::optional<std::uint32_t> max_sessions;
    std::string network;
    std::vector<std::string> read_paths;
    std::vector<std::string> write_paths;
    bool no_jit = false;
    bool autostart = false;
};

// A definition and the name in it.
struct Definition {
    std::string name;
    std::string json;
};

[[nodiscard]] Result<Definition> definition_from(const ServerFlags& flags);
[[nodiscard]] Result<Definition> definition_from(const ProfileFlags& flags);

// `path` may be "-" for stdin.
[[nodiscard]] Result<Definition> definition_from_file(const std::string& path);

// Bytes: "512M", "2G", "1048576"; K, M, G and T are powers of 1024.
[[nodiscard]] Result<std::uint64_t> parse_size(std::string_view text, std::string_view field);

}  // namespace mcpctl::ctl
