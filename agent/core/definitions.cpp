#include "agent/core/definitions.hpp"

#include <algorithm>
#include <cmath>
#include <format>
#include <span>

#include "agent/core/container_secrets.hpp"
#include "agent/core/definition_checks.hpp"
#include "agent/core/ids.hpp"
#include "agent/core/plain_text.hpp"

namespace mcpctl {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t max_description_bytes = 1024;
constexpr std::size_t max_version_bytes = 128;
constexpr std::size_t max_bound_paths = 64;
constexpr std::uint16_t first_unprivileged_port = 1024;
constexpr std::uint64_t least_memory = 1ULL << 20;
constexpr std::uint64_t most_memory = 1ULL << 60;  // the highest number of all means "no limit" to PID 1
constexpr std::uint64_t most_tasks = 4'194'304;    // PID_MAX_LIMIT of 64-bit kernels
constexpr double least_cpu = 0.01;                 // the kernel's shortest quota is 1 ms in a period of 100 ms
constexpr double most_cpu = 1024;
constexpr std::uint32_t most_attempts = 1000;
constexpr std::uint32_t most_failures = 1000;
constexpr std::uint32_t most_standbys = 64;
constexpr std::uint32_t most_sessions = 1024;

std::unexpected<Error> refuse(std::string reason, std::string field, std::string hint = {}) {
    return fail(ErrorCode::InvalidArgument, std::move(reason), std::move(field), std::move(hint));
}

Result<void> check_range(Duration value, Duration least, Duration most, std::string field) {
    if (value < least || value > most) {
        return refuse(std::format("{} lies outside {} to {}", format_duration(value), format_duration(least),
                                  format_duration(most)),
                      std::move(field));
    }
    return {};
}

Result<void> validate_limits(const Limits& limits) {
    if (limits.memory && (*limits.memory < least_memory || *limits.memory > most_memory)) {
        return refuse(std::format("a memory limit of {} bytes lies outside 1 MiB to 1 EiB", *limits.memory),
                      "limits.memory", "write bytes, or a number with K, M or G");
    }
    if (limits.cpu && !(std::isfinite(*limits.cpu) && *limits.cpu >= least_cpu && *limits.cpu <= most_cpu)) {
        return refuse("a cpu limit lies between 0.01 and 1024 processors", "limits.cpu",
                      "0.5 is half of one processor");
    }
    if (limits.tasks && (*limits.tasks < 1 || *limits.tasks > most_tasks)) {
        return refuse(std::format("a limit of tasks lies between 1 and {}", most_tasks), "limits.tasks");
    }
    return {};
}

Result<void> validate_restart(const RestartPolicy& restart) {
    const Duration longest = hours(24);
    return check_range(restart.initial_delay, milliseconds(100), longest, "restart.initialDelay")
        .and_then([&] { return check_range(restart.max_delay, milliseconds(100), longest, "restart.maxDelay"); })
        .and_then([&] { return check_range(restart.reset_after, seconds(1), longest, "restart.resetAfter"); })
        .and_then([&]() -> Result<void> {
            if (restart.max_delay < restart.initial_delay) {
                return refuse(std::format("maxDelay ({}) is shorter than initialDelay ({})",
                                          format_duration(restart.max_delay), format_duration(restart.initial_delay)),
                              "restart.maxDelay");
            }
            if (restart.max_attempts < 1 || restart.max_attempts > most_attempts) {
                return refuse(std::format("{} attempts lie outside 1 to {}", restart.max_attempts, most_attempts),
                              "restart.maxAttempts", "to never restart, set restart.policy to no");
            }
            return {};
        });
}

Result<void> validate_health(const HealthPolicy& health) {
    const Duration shortest = milliseconds(100);
    return check_range(health.interval, seconds(1), hours(1), "health.interval")
        .and_then([&] { return check_range(health.timeout, shortest, hours(1), "health.timeout"); })
        .and_then([&] {
            return health.unhealthy_after
                       ? check_range(*health.unhealthy_after, seconds(1), hours(24), "health.unhealthyAfter")
                       : Result<void>();
        })
        .and_then([&]() -> Result<void> {
            if (health.failure_threshold < 1 || health.failure_threshold > most_failures) {
                return refuse(std::format("{} failures lie outside 1 to {}", health.failure_threshold, most_failures),
                              "health.failureThreshold");
            }
            return {};
        });
}

Result<void> validate_timeouts(const ProfileDefinition& profile) {
    return check_range(profile.max_drain_timeout, seconds(0), hours(1), "maxDrainTimeout")
        .and_then([&] { return check_range(profile.start_timeout, seconds(1), hours(1), "startTimeout"); })
        .and_then([&]() -> Result<void> {
            if (profile.drain_timeout < Duration(0) || profile.drain_timeout > profile.max_drain_timeout) {
                return refuse(
                    std::format("drainTimeout ({}) is longer than maxDrainTimeout ({})",
                                format_duration(profile.drain_timeout), format_duration(profile.max_drain_timeout)),
                    "drainTimeout", "shorten it, or raise maxDrainTimeout");
            }
            return {};
        });
}

Result<void> validate_sessions(const ProfileDefinition& profile) {
    if (profile.standby > most_standbys) {
        return refuse(std::format("{} standbys lie outside 0 to {}", profile.standby, most_standbys), "standby",
                      "0 starts each process when a session is opened");
    }
    if (profile.max_sessions < 1 || profile.max_sessions > most_sessions) {
        return refuse(std::format("{} sessions lie outside 1 to {}", profile.max_sessions, most_sessions),
                      "maxSessions");
    }
    if (profile.standby > profile.max_sessions) {
        return refuse(std::format("{} standbys are more than maxSessions ({}), which counts them too", profile.standby,
                                  profile.max_sessions),
                      "standby", "lower it, or raise maxSessions");
    }
    return {};
}

Result<void> validate_paths(std::span<const std::string> paths, std::string_view field) {
    if (paths.size() > max_bound_paths) {
        return refuse(std::format("{} paths are too many, {} are allowed", paths.size(), max_bound_paths),
                      std::string(field));
    }
    for (std::size_t i = 0; i < paths.size(); ++i) {
        if (auto valid = check_bound_path(paths[i], std::format("{}[{}]", field, i)); !valid) {
            return valid;
        }
    }
    return {};
}

Result<void> validate_image(const ServerDefinition& server) {
    if (server.image.empty()) {
        return server.args.empty() ? Result<void>()
                                   : refuse("arguments for an image, and no image", "run.args",
                                            "write what follows a command into run.command");
    }
    return check_image(server.image, "run.image").and_then([&] { return check_arguments(server.args, "run.args"); });
}

Result<void> validate_command(const ServerDefinition& server) {
    if (server.command.empty() && !server.image.empty()) {
        return {};
    }
    if (server.command.empty()) {
        return refuse("neither a command nor an image", "run.command",
                      R"(for example {"command": ["/usr/bin/node", "server.js"]})");
    }
    return check_program(server.command.front(), "run.command[0]").and_then([&] {
        return check_arguments(server.command, "run.command");
    });
}

Result<void> validate_endpoint(const ServerDefinition& server) {
    if (server.speaks_stdio()) {
        constexpr std::string_view hint = "leave it away, or set transport to streamable-http";
        if (server.port != 0) {
            return refuse("a stdio server listens on no port", "port", std::string(hint));
        }
        return server.path.empty() ? Result<void>()
                                   : refuse("a stdio server has no endpoint", "path", std::string(hint));
    }
    if (server.port != 0 && server.port < first_unprivileged_port) {
        return refuse(std::format("port {} is privileged and instances have no capabilities", server.port), "port",
                      "use 1024 to 65535, or leave it away for one from the agent's range");
    }
    return server.path.empty() ? Result<void>() : check_endpoint_path(server.path, "path");
}

std::string with_port(std::string_view argument, std::string_view port) {
    constexpr std::string_view placeholder = "{port}";
    std::string text;
    for (std::size_t at = argument.find(placeholder); at != std::string_view::npos; at = argument.find(placeholder)) {
        text.append(argument.substr(0, at)).append(port);
        argument.remove_prefix(at + placeholder.size());
    }
    return text.append(argument);
}

// What a profile may not ask of a server that speaks HTTP.
Result<void> validate_for_transport(const InstanceConfig& config) {
    if (config.server.speaks_stdio()) {
        return {};
    }
    const ProfileDefinition defaults;
    const auto refuse_sessions = [](std::string field) {
        return refuse("a server that speaks HTTP is one process for all of its sessions", std::move(field),
                      "leave it away");
    };
    if (config.profile.standby != defaults.standby) {
        return refuse_sessions("standby");
    }
    if (config.profile.max_sessions != defaults.max_sessions) {
        return refuse_sessions("maxSessions");
    }
    if (config.network() == Network::none) {
        return refuse("a server that speaks HTTP cannot be reached without a network", "sandbox.network",
                      "use loopback: it reaches no other host and no other host reaches it");
    }
    return {};
}

// What a profile may not ask of the runtime.
Result<void> validate_for_runtime(const InstanceConfig& config) {
    const ProfileDefinition& profile = config.profile;
    const ProfileDefinition defaults;
    if (!config.in_container()) {
        if (config.server.command.empty()) {
            return refuse(std::format("server {} has an image and no command", config.server.name), "runtime",
                          "set runtime to docker");
        }
        if (!profile.engine.empty()) {
            return refuse("the runtime systemd has no engines", "engine", "leave it away, or set runtime to docker");
        }
        return profile.pull == defaults.pull
                   ? Result<void>()
                   : refuse("the runtime systemd has no images", "pull", "leave it away, or set runtime to docker");
    }
    if (config.server.image.empty()) {
        return refuse(std::format("server {} has no image", config.server.name), "runtime",
                      "add run.image to the server, or set runtime to systemd");
    }
    if (profile.acts_as_user()) {
        return refuse("whose processes they are is the image's affair", "user",
                      "leave it away, or set runtime to systemd");
    }
    if (profile.sandbox.network == Network::loopback) {
        return refuse("a container cannot be kept to the loopback address", "sandbox.network",
                      "its port is published on 127.0.0.1 alone in any case; leave it away, or use none for stdio");
    }
    return profile.sandbox.jit
               ? Result<void>()
               : refuse("a container cannot be kept from making memory executable", "sandbox.jit", "leave it away");
}

// A variable has one source.
Result<void> validate_secrets(const InstanceConfig& config) {
    constexpr std::uint16_t any_port = 65535;
    const std::vector<SecretUse> secrets = config.secrets();
    const auto variable = std::ranges::find_if(secrets, [](const SecretUse& secret) { return !secret.env.empty(); });
    if (variable != secrets.end() && config.in_container()) {
        return refuse(
            std::format("a container gets the secret {} as a file, not as the variable {}, which everybody "
                        "could read who may ask its engine",
                        variable->name, variable->env),
            "secrets",
            std::format("leave env away, and have the server read {}/{}", secrets_in_container, variable->name));
    }
    if (secrets.size() > max_secrets) {
        return refuse(std::format("server and profile name {} secrets, {} are allowed", secrets.size(), max_secrets),
                      "secrets");
    }
    Environment taken = config.environment(any_port);
    for (const SecretUse& secret : secrets) {
        if (!secret.env.empty() && !taken.emplace(secret.env, "").second) {
            return refuse(std::format("the variable {} of the secret {} is set already", secret.env, secret.name),
                          "secrets", "by env, or by another secret: leave one of them away");
        }
    }
    return {};
}

Result<void> validate_size(const InstanceConfig& config) {
    constexpr std::uint16_t longest_port = 65535;
    std::size_t bytes = 0;
    for (const std::string& argument : config.argv(longest_port)) {
        bytes += argument.size() + 1;
    }
    for (const auto& [name, value] : config.environment(longest_port)) {
        bytes += name.size() + value.size() + 2;
    }
    if (bytes > max_command_bytes) {
        return refuse(
            std::format("arguments and environment have {} bytes together, {} are allowed", bytes, max_command_bytes),
            "run.command", "put long values into a file that the server reads");
    }
    return {};
}

}  // namespace

std::vector<std::string> InstanceConfig::argv(std::uint16_t port) const {
    const std::string number = std::to_string(port);
    std::vector<std::string> arguments;
    arguments.reserve(server.command.size() + profile.args.size());
    for (const auto* source : {in_container() ? &server.args : &server.command, &profile.args}) {
        for (const std::string& argument : *source) {
            arguments.push_back(server.speaks_stdio() ? argument : with_port(argument, number));
        }
    }
    return arguments;
}

Environment InstanceConfig::environment(std::uint16_t port) const {
    Environment env = profile.env;
    env.insert(server.env.begin(), server.env.end());  // what the profile sets stays
    if (!server.speaks_stdio()) {
        env.insert_or_assign("PORT", std::to_string(port));
    }
    return env;
}

std::vector<SecretUse> InstanceConfig::secrets() const {
    std::vector<SecretUse> secrets = profile.secrets;
    for (const SecretUse& secret : server.secrets) {
        if (!std::ranges::contains(profile.secrets, secret.name, &SecretUse::name)) {
            secrets.push_back(secret);
        }
    }
    return secrets;
}

Network InstanceConfig::network() const {
    const bool open = server.speaks_stdio() || in_container();
    return profile.sandbox.network.value_or(open ? Network::full : Network::loopback);
}

Result<void> validate(const ServerDefinition& server) {
    return check_name(server.name, "name")
        .and_then(
            [&] { return check_plain(server.description, "description", Backslash::refused, max_description_bytes); })
        .and_then([&] { return check_plain(server.version, "version", Backslash::refused, max_version_bytes); })
        .and_then([&] { return validate_command(server); })
        .and_then([&] { return validate_image(server); })
        .and_then([&] { return check_environment(server.env, "env"); })
        .and_then([&] { return check_secrets(server.secrets, "secrets"); })
        .and_then([&] { return validate_endpoint(server); });
}

Result<void> validate(const ProfileDefinition& profile) {
    return check_name(profile.name, "name")
        .and_then([&] { return check_name(profile.server, "server"); })
        .and_then([&] { return profile.engine.empty() ? Result<void>() : check_name(profile.engine, "engine"); })
        .and_then([&] { return check_user(profile.user, "user"); })
        .and_then([&] { return check_environment(profile.env, "env"); })
        .and_then([&] { return check_secrets(profile.secrets, "secrets"); })
        .and_then([&] { return check_arguments(profile.args, "args"); })
        .and_then([&] { return validate_limits(profile.limits); })
        .and_then([&] { return validate_restart(profile.restart); })
        .and_then([&] { return validate_health(profile.health); })
        .and_then([&] { return validate_timeouts(profile); })
        .and_then([&] { return validate_sessions(profile); })
        .and_then([&] { return validate_paths(profile.sandbox.read_paths, "sandbox.readPaths"); })
        .and_then([&] { return validate_paths(profile.sandbox.write_paths, "sandbox.writePaths"); });
}

Result<void> validate(const InstanceConfig& config) {
    if (config.profile.server != config.server.name) {
        return refuse(
            std::format("the profile belongs to server {}, not {}", config.profile.server, config.server.name),
            "server");
    }
    return validate_for_runtime(config)
        .and_then([&] { return validate_for_transport(config); })
        .and_then([&] { return validate_secrets(config); })
        .and_then([&] { return validate_size(config); });
}

}  // namespace mcpctl
