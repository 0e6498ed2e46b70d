// What people define: servers and profiles. Values of these types have passed validate() wherever they are stored or
// launched.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/duration.hpp"
#include "base/error.hpp"

namespace mcpctl {

enum class Transport : std::uint8_t { streamable_http, sse };
enum class RuntimeKind : std::uint8_t { systemd };
enum class RestartMode : std::uint8_t { no, on_failure, always };
enum class Network : std::uint8_t { loopback, full };

using Environment = std::map<std::string, std::string>;

// An MCP server as its author describes it.
struct ServerDefinition {
    std::string name;
    std::string description;
    std::string version;
    Transport transport = Transport::streamable_http;
    std::vector<std::string> command;  // argv; "{port}" inside an argument becomes the instance's port
    Environment env;
    std::uint16_t port = 0;  // 0: one from the agent's range for each instance
    std::string path;        // of the endpoint; default /mcp, /sse for the sse transport

    friend bool operator==(const ServerDefinition&, const ServerDefinition&) = default;
};

// Delay 1 s doubling to 60 s, give up after 10 attempts, back to the start after 60 s of steady running.
struct RestartPolicy {
    RestartMode mode = RestartMode::on_failure;
    Duration initial_delay = std::chrono::seconds(1);
    Duration max_delay = std::chrono::seconds(60);
    std::uint32_t max_attempts = 10;
    Duration reset_after = std::chrono::seconds(60);

    friend bool operator==(const RestartPolicy&, const RestartPolicy&) = default;
};

struct Limits {
    std::optional<std::uint64_t> memory;  // bytes
    std::optional<double> cpu;            // processors: 0.5 is half of one
    std::optional<std::uint64_t> tasks;

    friend bool operator==(const Limits&, const Limits&) = default;
};

struct Sandbox {
    // loopback: neither reaches other hosts nor is reached by them. full: both, and the default is loopback.
    Network network = Network::loopback;
    std::vector<std::string> read_paths;   // absolute; bound read-only into an otherwise empty /home and system
    std::vector<std::string> write_paths;  // absolute; writable beside its own state and cache
    bool jit = true;                       // may make memory executable: Node and most runtimes must

    friend bool operator==(const Sandbox&, const Sandbox&) = default;
};

// A server plus configuration.
struct ProfileDefinition {
    std::string name;
    std::string server;
    RuntimeKind runtime = RuntimeKind::systemd;
    Environment env;                // added to the server's, and stronger
    std::vector<std::string> args;  // appended to the server's command
    Limits limits;
    RestartPolicy restart;
    Duration drain_timeout = std::chrono::seconds(30);
    Duration max_drain_timeout = std::chrono::seconds(90);
    Duration start_timeout = std::chrono::seconds(60);
    Sandbox sandbox;
    bool autostart = false;

    friend bool operator==(const ProfileDefinition&, const ProfileDefinition&) = default;
};

// The configuration of one instance: server and profile as they were when it was started.
struct InstanceConfig {
    ServerDefinition server;
    ProfileDefinition profile;

    // Command and arguments with the port put in.
    [[nodiscard]] std::vector<std::string> argv(std::uint16_t port) const;
    // The server's environment overlaid by the profile's, and PORT.
    [[nodiscard]] Environment environment(std::uint16_t port) const;

    friend bool operator==(const InstanceConfig&, const InstanceConfig&) = default;
};

// argv and environment together; more than 1 MiB makes PID 1 lose the unit at the next reload.
constexpr std::size_t max_command_bytes = 128UL * 1024;

// Errors name the field as it is spelt in JSON ("run.command[2]", "env.TOKEN") and the offset.
[[nodiscard]] Result<void> validate(const ServerDefinition& server);
[[nodiscard]] Result<void> validate(const ProfileDefinition& profile);
// What only the two together can violate, such as the size of argv plus environment.
[[nodiscard]] Result<void> validate(const InstanceConfig& config);

}  // namespace mcpctl
