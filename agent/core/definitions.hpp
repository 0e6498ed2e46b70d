// What people define: servers and profiles. Values of these types have passed validate() wherever they are stored or
// launched.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/duration.hpp"
#include "base/error.hpp"

namespace mcpctl {

enum class Transport : std::uint8_t { stdio, streamable_http, sse };
enum class RuntimeKind : std::uint8_t { systemd, docker };
enum class RestartMode : std::uint8_t { no, on_failure, always };
enum class Network : std::uint8_t { none, loopback, full };
enum class Pull : std::uint8_t { never, missing, always };
enum class OnUnhealthy : std::uint8_t { alert, restart };

using Environment = std::map<std::string, std::string>;

// A secret that a server gets: always as the file of this name in $CREDENTIALS_DIRECTORY; a container only so.
struct SecretUse {
    std::string name;
    std::string env;  // also as the value of this variable; empty: not

    friend bool operator==(const SecretUse&, const SecretUse&) = default;
};

// An MCP server as its author describes it.
struct ServerDefinition {
    std::string name;
    std::string description;
    std::string version;
    Transport transport = Transport::stdio;
    // How it is run: a command, for the runtime systemd, or an image and arguments for its entry point, for the runtime
    // docker. With HTTP "{port}" inside an argument becomes the instance's port.
    std::vector<std::string> command;
    std::string image;
    std::vector<std::string> args;
    Environment env;
    std::vector<SecretUse> secrets;
    std::uint16_t port = 0;  // HTTP; 0: one from the agent's range for each instance
    std::string path;        // of the HTTP endpoint; default /mcp, /sse for the sse transport

    // A process for each session, on its standard input and output; otherwise one process that listens on a port.
    [[nodiscard]] bool speaks_stdio() const { return transport == Transport::stdio; }

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

// How often a running instance is asked whether it answers MCP, and what follows from the answers.
struct HealthPolicy {
    Duration interval = std::chrono::seconds(10);  // half of it while checks fail
    Duration timeout = std::chrono::seconds(5);
    std::uint32_t failure_threshold = 3;      // so many failures in a row are "not ready" and an alert
    std::optional<Duration> unhealthy_after;  // an alert also when it has not been well for so long
    OnUnhealthy on_unhealthy = OnUnhealthy::alert;

    // Of one check. A longer one than the interval would delay the next.
    [[nodiscard]] Duration check_timeout() const { return std::min(timeout, interval); }

    friend bool operator==(const HealthPolicy&, const HealthPolicy&) = default;
};

struct Limits {
    std::optional<std::uint64_t> memory;  // bytes
    std::optional<double> cpu;            // processors: 0.5 is half of one
    std::optional<std::uint64_t> tasks;

    friend bool operator==(const Limits&, const Limits&) = default;
};

struct Sandbox {
    // none: no addresses at all. loopback: neither reaches other hosts nor is reached by them. full: both. Without one
    // the transport decides: see InstanceConfig::network().
    std::optional<Network> network;
    std::vector<std::string> read_paths;   // absolute; bound read-only into an otherwise empty /home and system
    std::vector<std::string> write_paths;  // absolute; writable beside its own state and cache
    bool jit = true;                       // may make memory executable: Node and most runtimes must

    friend bool operator==(const Sandbox&, const Sandbox&) = default;
};

// In definitions: a user of the profile's own, who exists as long as one of its processes does.
constexpr std::string_view dynamic_user = "dynamic";

// A server plus configuration.
struct ProfileDefinition {
    std::string name;
    std::string server;
    RuntimeKind runtime = RuntimeKind::systemd;
    std::string user{dynamic_user};  // systemd: whose processes they are
    std::string engine;  // docker: which of the configured ones; empty: the first that answers when it is started
    Pull pull = Pull::missing;       // docker: when the image is fetched
    Environment env;                 // added to the server's, and stronger
    std::vector<SecretUse> secrets;  // added to the server's; the same name again replaces the server's
    std::vector<std::string> args;   // appended to the server's command or arguments
    Limits limits;
    RestartPolicy restart;
    HealthPolicy health;
    Duration drain_timeout = std::chrono::seconds(30);
    Duration max_drain_timeout = std::chrono::seconds(90);
    Duration start_timeout = std::chrono::seconds(60);
    std::uint32_t standby = 1;         // stdio: processes that are started ahead; 0: each on demand
    std::uint32_t max_sessions = 128;  // stdio: most processes at a time, standbys included
    Sandbox sandbox;
    bool autostart = false;

    [[nodiscard]] bool acts_as_user() const { return user != dynamic_user; }

    friend bool operator==(const ProfileDefinition&, const ProfileDefinition&) = default;
};

// The configuration of one instance: server and profile as they were when it was started.
struct InstanceConfig {
    ServerDefinition server;
    ProfileDefinition profile;

    // In a container, kept by an engine; otherwise a process under systemd.
    [[nodiscard]] bool in_container() const { return profile.runtime == RuntimeKind::docker; }
    // Command and arguments, of a container those for the image's entry point; for HTTP with the port put in.
    [[nodiscard]] std::vector<std::string> argv(std::uint16_t port) const;
    // The server's environment overlaid by the profile's, and PORT for HTTP.
    [[nodiscard]] Environment environment(std::uint16_t port) const;
    // The profile's, and those of the server that it does not name itself.
    [[nodiscard]] std::vector<SecretUse> secrets() const;
    // The profile's, else full for stdio, which nobody can connect to from outside, and for containers, whose port is
    // published to this machine alone; loopback for HTTP.
    [[nodiscard]] Network network() const;

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
