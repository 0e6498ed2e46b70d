#include "agent/systemd/unit_properties.hpp"

#include <algorithm>
#include <cmath>
#include <format>
#include <limits>

#include "agent/core/container_secrets.hpp"
#include "agent/core/enum_names.hpp"
#include "agent/systemd/sandbox_properties.hpp"
#include "agent/systemd/unit_name.hpp"

namespace mcpctl::systemd {
namespace {

constexpr std::string_view profiles_directory = "mcpctl-profiles";
constexpr std::string_view users_directory = "mcpctl-users";

std::uint64_t usec(Duration duration) {
    return std::uint64_t(std::chrono::duration_cast<std::chrono::microseconds>(duration).count());
}

std::string description(const Instance& instance, std::uint64_t process) {
    const std::string server = std::format("MCP server {} of profile {}", instance.name, instance.config.profile.name);
    return process == 0 ? server : std::format("{}, session {:016x}", server, process);
}

void add_identity(UnitProperties& properties, const Instance& instance, const BuilderOptions& options) {
    const std::string& profile = instance.config.profile.name;
    properties.push_back({"Description", description(instance, options.process)});
    properties.push_back({"Slice", slice_name(instance.id)});
    properties.push_back(
        {"LogExtraFields",
         ByteStrings{{installation_mark(options.installation_id), std::format("MCPCTL_INSTANCE={}", instance.id.text()),
                      std::format("MCPCTL_PROFILE={}", profile),
                      std::format("MCPCTL_SERVER={}", instance.config.server.name)}}});
}

// Below /var/lib and /var/cache.
std::string directory_name(const ProfileDefinition& profile) {
    return profile.acts_as_user() ? std::format("{}/{}/{}", users_directory, profile.user, profile.name)
                                  : std::format("{}/{}", profiles_directory, profile.name);
}

void add_user(UnitProperties& properties, const ProfileDefinition& profile) {
    properties.push_back({"DynamicUser", !profile.acts_as_user()});
    properties.push_back({"User", profile.acts_as_user() ? profile.user : user_name(profile.name)});
    const std::vector<std::string> directory{directory_name(profile)};
    properties.push_back({"StateDirectory", directory});
    properties.push_back({"StateDirectoryMode", std::uint32_t(0700)});
    properties.push_back({"CacheDirectory", directory});
    properties.push_back({"CacheDirectoryMode", std::uint32_t(0700)});
    properties.push_back({"WorkingDirectory", state_directory(profile)});
}

std::vector<std::string> environment_block(const Instance& instance) {
    const ProfileDefinition& profile = instance.config.profile;
    const std::string cache = cache_directory(profile);
    // What the definition sets is stronger.
    Environment environment = instance.config.environment(instance.port);
    environment.insert({{"HOME", state_directory(profile)},
                        {"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin"},
                        {"UV_CACHE_DIR", cache + "/uv"},
                        {"XDG_CACHE_HOME", cache},
                        {"npm_config_cache", cache + "/npm"}});
    std::vector<std::string> block;
    block.reserve(environment.size());
    for (const auto& [name, value] : environment) {
        block.push_back(std::format("{}={}", name, value));
    }
    return block;
}

// The command itself, or, where secrets are wanted as variables, the helper that sets them and becomes the command: in
// Environment= everybody could read them.
ExecCommand command_of(const Instance& instance, const BuilderOptions& options) {
    ExecCommand command{options.executable, instance.config.argv(instance.port), {"no-env-expand"}};
    std::vector<std::string> helper{MCPCTL_EXEC_ENV};
    for (const SecretUse& secret : instance.config.secrets()) {
        if (!secret.env.empty()) {
            helper.push_back(std::format("{}={}", secret.env, secret.name));
        }
    }
    if (helper.size() > 1) {
        command.path = helper.front();
        helper.emplace_back("--");
        command.argv.insert(command.argv.begin(), helper.begin(), helper.end());
    }
    return command;
}

// By file: what is set with SetCredentialEncrypted= is lost at the next daemon-reload, and the unit starts again
// without it (F22).
void add_secrets(UnitProperties& properties, const Instance& instance, const BuilderOptions& options) {
    std::vector<EncryptedCredential> credentials;
    for (const SecretUse& secret : instance.config.secrets()) {
        credentials.push_back({secret.name, std::format("{}/{}", options.secrets_directory, secret.name)});
    }
    if (!credentials.empty()) {
        properties.push_back({"LoadCredentialEncrypted", std::move(credentials)});
        // A core file would hold them.
        properties.push_back({"LimitCORE", std::uint64_t(0)});
    }
}

void add_program(UnitProperties& properties, const Instance& instance, const BuilderOptions& options) {
    properties.push_back({"Type", "exec"});
    // ExecStart would expand $NAME in arguments.
    properties.push_back({"ExecStartEx", std::vector<ExecCommand>{command_of(instance, options)}});
    properties.push_back({"Environment", environment_block(instance)});
}

// Kept while PID 1 starts a relay that was killed anew: the container goes on meanwhile.
void add_secrets_of_container(UnitProperties& properties, const Instance& instance, const BuilderOptions& options) {
    if (instance.config.secrets().empty()) {
        return;
    }
    add_secrets(properties, instance, options);
    const std::string unit = unit_name({instance.id, instance.generation, options.process});
    const std::string directory = runtime_directory_of_container(unit.substr(0, unit.rfind('.')));
    properties.push_back({"RuntimeDirectory", std::vector<std::string>{directory}});
    properties.push_back({"RuntimeDirectoryMode", std::uint32_t(0700)});
    properties.push_back({"RuntimeDirectoryPreserve", "restart"});
}

// Ready when the container is started. What becomes of it is told as the unit's status, which PID 1 keeps.
void add_relay(UnitProperties& properties, const Instance& instance, const BuilderOptions& options) {
    const std::string unit = unit_name({instance.id, instance.generation, options.process});
    std::vector<std::string> argv{options.executable, "--engine", instance.config.profile.engine, "--installation",
                                  options.installation_id};
    if (instance.config.server.speaks_stdio()) {
        argv.emplace_back("--stdio");
    }
    argv.emplace_back(unit.substr(0, unit.rfind('.')));
    properties.push_back({"Type", "notify"});
    properties.push_back({"NotifyAccess", "main"});
    properties.push_back({"ExecStartEx", std::vector<ExecCommand>{{options.executable, argv, {"no-env-expand"}}}});
}

void add_output(UnitProperties& properties, const Instance& instance, const BuilderOptions& options) {
    if (options.stdio) {
        properties.push_back({"StandardInputFileDescriptor", Descriptor{*options.stdio}});
        properties.push_back({"StandardOutputFileDescriptor", Descriptor{*options.stdio}});
    }
    // Were it the journal too, standard error would go where the descriptor of standard output goes (C3, measured on
    // systemd 257).
    properties.push_back({"StandardOutput", instance.config.server.speaks_stdio() ? "null" : "journal"});
    properties.push_back({"StandardError", "journal"});
    properties.push_back({"SyslogIdentifier", instance.name});
    // An interval of 0 does not switch journald's limit off (measured: 7 of 8 lines were lost).
    properties.push_back({"LogRateLimitIntervalUSec", std::uint64_t(1'000'000)});
    properties.push_back({"LogRateLimitBurst", std::uint32_t(100'000)});
}

// The longest time that max_attempts restarts can take when no run is steady. Where starts come further apart than
// that, PID 1 begins to count anew, also while the agent is away.
std::uint64_t start_limit_interval(const RestartPolicy& policy) {
    long double total = 0;
    long double delay = static_cast<long double>(usec(policy.initial_delay));
    const auto longest = static_cast<long double>(usec(std::max(policy.max_delay, policy.initial_delay)));
    for (std::uint32_t attempt = 0; attempt < policy.max_attempts && delay > 0; ++attempt) {
        if (delay >= longest) {
            total += longest * (policy.max_attempts - attempt);
            break;
        }
        total += delay;
        delay *= 2;
    }
    total += static_cast<long double>(usec(policy.reset_after)) * (policy.max_attempts + 1.0L);
    constexpr auto infinity = std::numeric_limits<std::uint64_t>::max();
    return total >= static_cast<long double>(infinity) ? infinity : std::max<std::uint64_t>(std::uint64_t(total), 1);
}

// In how many steps PID 1 goes from the first delay to the longest: with this many each is about twice the one before.
std::uint32_t restart_steps(const RestartPolicy& policy) {
    const double ratio = double(usec(policy.max_delay)) / double(usec(policy.initial_delay));
    return std::uint32_t(std::max(1.0, std::ceil(std::log2(ratio))));
}

void add_restart(UnitProperties& properties, const RestartPolicy& policy) {
    const bool never = policy.mode == RestartMode::no || policy.max_attempts == 0;
    properties.push_back({"Restart", std::string(spelt(never ? RestartMode::no : policy.mode))});
    if (!never) {
        properties.push_back({"RestartUSec", usec(policy.initial_delay)});
        if (policy.initial_delay > Duration::zero() && policy.max_delay > policy.initial_delay) {
            properties.push_back({"RestartSteps", restart_steps(policy)});
            properties.push_back({"RestartMaxDelayUSec", usec(policy.max_delay)});
        }
        properties.push_back({"StartLimitIntervalUSec", start_limit_interval(policy)});
        // PID 1 counts starts, and the first one is no restart.
        constexpr auto most = std::numeric_limits<std::uint32_t>::max();
        properties.push_back({"StartLimitBurst", policy.max_attempts == most ? most : policy.max_attempts + 1});
    }
    // A unit that ended must stay readable: an unloaded one reports success for everything. With `always` an end is
    // followed by a restart, which RemainAfterExit= would prevent.
    properties.push_back({"RemainAfterExit", never || policy.mode != RestartMode::always});
    properties.push_back({"CollectMode", "inactive"});
}

// The agent replaces a process of a stdio server itself: PID 1 cannot renew its descriptors, and closes its copies of
// them once the unit has ended, which RemainAfterExit= would prevent. OnSuccess= and OnFailure= could start an agent
// that is away, but every unit that names the agent there stays loaded as long as the agent runs (measured).
void add_session_end(UnitProperties& properties) {
    properties.push_back({"Restart", "no"});
    properties.push_back({"RemainAfterExit", false});
    properties.push_back({"CollectMode", "inactive"});
}

void add_end(UnitProperties& properties, const ProfileDefinition& profile) {
    properties.push_back({"KillMode", "control-group"});
    properties.push_back({"SendSIGKILL", true});
    properties.push_back({"TimeoutStartUSec", usec(profile.start_timeout)});
    properties.push_back({"TimeoutStopUSec", usec(profile.max_drain_timeout)});
    properties.push_back({"OOMPolicy", "kill"});
}

void add_limits(UnitProperties& properties, const Limits& limits) {
    if (limits.memory) {
        properties.push_back({"MemoryMax", *limits.memory});
        properties.push_back({"MemorySwapMax", std::uint64_t(0)});
    }
    if (limits.cpu) {
        // PID 1 writes whole percents to the unit file: anything finer would change at the next reload.
        const double percent = std::max(1.0, std::ceil(*limits.cpu * 100));
        properties.push_back({"CPUQuotaPerSecUSec", std::uint64_t(percent) * 10'000});
    }
    if (limits.tasks) {
        properties.push_back({"TasksMax", *limits.tasks});
    }
}

}  // namespace

std::string installation_mark(std::string_view installation_id) {
    return std::format("MCPCTL_INSTALLATION={}", installation_id);
}

std::string user_name(std::string_view profile) {
    // FNV-1a, 64 bit: whoever can choose profile names to collide may define commands anyway.
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char character : profile) {
        hash = (hash ^ std::uint8_t(character)) * 0x100000001b3;
    }
    return std::format("mcp-{:016x}", hash);
}

std::string state_directory(const ProfileDefinition& profile) {
    return std::format("/var/lib/{}", directory_name(profile));
}

std::string cache_directory(const ProfileDefinition& profile) {
    return std::format("/var/cache/{}", directory_name(profile));
}

Result<UnitProperties> build_unit_properties(const Instance& instance, const BuilderOptions& options) {
    UnitProperties properties;
    add_identity(properties, instance, options);
    if (instance.config.in_container()) {
        add_relay(properties, instance, options);
        add_secrets_of_container(properties, instance, options);
    } else {
        add_user(properties, instance.config.profile);
        add_program(properties, instance, options);
        add_secrets(properties, instance, options);
    }
    add_output(properties, instance, options);
    if (instance.config.server.speaks_stdio()) {
        add_session_end(properties);
    } else {
        add_restart(properties, instance.config.profile.restart);
    }
    add_end(properties, instance.config.profile);
    if (instance.config.in_container()) {
        add_relay_sandbox(properties);
    } else {
        add_limits(properties, instance.config.profile.limits);
        add_sandbox(properties, instance.config, instance.port);
    }
    return check_every_string(properties).transform([&] { return std::move(properties); });
}

}  // namespace mcpctl::systemd
