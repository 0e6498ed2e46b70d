#include "tests/corpus/unit_invariants.hpp"

#include <algorithm>
#include <format>
#include <set>

#include "tests/corpus/awkward_strings.hpp"

namespace mcpctl::corpus {
namespace {

using namespace systemd;

// PID 1 reads lines of up to 1 MiB; nothing but argv and environment comes near.
constexpr std::size_t most_line_bytes = 4096;

const std::set<std::string_view> properties_of_the_builder{"AmbientCapabilities",
                                                           "BindPaths",
                                                           "BindReadOnlyPaths",
                                                           "CPUQuotaPerSecUSec",
                                                           "CacheDirectory",
                                                           "CacheDirectoryMode",
                                                           "CapabilityBoundingSet",
                                                           "CollectMode",
                                                           "Description",
                                                           "DynamicUser",
                                                           "Environment",
                                                           "ExecStartEx",
                                                           "IPAddressAllow",
                                                           "IPAddressDeny",
                                                           "InaccessiblePaths",
                                                           "KeyringMode",
                                                           "KillMode",
                                                           "LimitCORE",
                                                           "LoadCredentialEncrypted",
                                                           "LockPersonality",
                                                           "LogExtraFields",
                                                           "LogRateLimitBurst",
                                                           "LogRateLimitIntervalUSec",
                                                           "MemoryDenyWriteExecute",
                                                           "MemoryMax",
                                                           "MemorySwapMax",
                                                           "NoNewPrivileges",
                                                           "OOMPolicy",
                                                           "PrivateDevices",
                                                           "PrivateNetwork",
                                                           "PrivateTmp",
                                                           "PrivateUsers",
                                                           "ProcSubset",
                                                           "ProtectClock",
                                                           "ProtectControlGroups",
                                                           "ProtectHome",
                                                           "ProtectHostname",
                                                           "ProtectKernelLogs",
                                                           "ProtectKernelModules",
                                                           "ProtectKernelTunables",
                                                           "ProtectProc",
                                                           "ProtectSystem",
                                                           "RemainAfterExit",
                                                           "RemoveIPC",
                                                           "Restart",
                                                           "RestartMaxDelayUSec",
                                                           "RestartSteps",
                                                           "RestartUSec",
                                                           "RestrictAddressFamilies",
                                                           "RestrictNamespaces",
                                                           "RestrictRealtime",
                                                           "RestrictSUIDSGID",
                                                           "RuntimeDirectory",
                                                           "RuntimeDirectoryMode",
                                                           "RuntimeDirectoryPreserve",
                                                           "SendSIGKILL",
                                                           "Slice",
                                                           "SocketBindAllow",
                                                           "SocketBindDeny",
                                                           "StandardError",
                                                           "StandardInputFileDescriptor",
                                                           "StandardOutput",
                                                           "StandardOutputFileDescriptor",
                                                           "StartLimitBurst",
                                                           "StartLimitIntervalUSec",
                                                           "StateDirectory",
                                                           "StateDirectoryMode",
                                                           "SyslogIdentifier",
                                                           "SystemCallArchitectures",
                                                           "SystemCallErrorNumber",
                                                           "SystemCallFilter",
                                                           "TasksMax",
                                                           "TimeoutStartUSec",
                                                           "TimeoutStopUSec",
                                                           "Type",
                                                           "UMask",
                                                           "User",
                                                           "WorkingDirectory"};

const std::set<std::string_view> added_variables{"HOME",         "PATH",           "PORT",
                                                 "UV_CACHE_DIR", "XDG_CACHE_HOME", "npm_config_cache"};

// Calls `take` with every text of a value, and whether it is a word of argv or environment, which PID 1 escapes.
template <class Take>
struct EveryText {
    bool words;
    const Take& take;

    template <class Number>
    void operator()(const Number&) const {}
    void operator()(const std::string& text) const { take(text, false); }
    void operator()(const std::vector<std::string>& texts) const { all(texts, words); }
    void operator()(const NameFilter& filter) const { all(filter.names, false); }
    void operator()(const ByteStrings& bytes) const { all(bytes.values, false); }
    void operator()(const std::vector<ExecCommand>& commands) const {
        for (const ExecCommand& command : commands) {
            take(command.path, false);
            all(command.argv, true);
            all(command.flags, false);
        }
    }
    void operator()(const std::vector<BindMount>& mounts) const {
        for (const BindMount& mount : mounts) {
            take(mount.source, false);
            take(mount.destination, false);
        }
    }
    void operator()(const std::vector<EncryptedCredential>& credentials) const {
        for (const EncryptedCredential& credential : credentials) {
            take(credential.id, false);
            take(credential.path, false);
        }
    }
    void all(const std::vector<std::string>& texts, bool of_command) const {
        for (const std::string& text : texts) {
            take(text, of_command);
        }
    }
};

bool survives_as_path(const std::string& path) {
    return path.starts_with('/') && path.find_first_of(" :\"'%\\") == std::string::npos;
}

// What is left of the arguments without the helper that sets variables; nothing where that is called wrongly.
std::vector<std::string> without_helper(const ExecCommand& command) {
    if (!command.path.ends_with("/mcpctl-exec-env")) {
        return command.argv;
    }
    const auto dashes = std::ranges::find(command.argv, "--");
    const auto is_assignment = [](const std::string& word) {
        const std::size_t equals = word.find('=');
        return equals != std::string::npos && equals > 0 && word.find_first_of(" /\\\"'%$", 0) == std::string::npos;
    };
    const bool proper = dashes != command.argv.end() && dashes - command.argv.begin() > 1 &&
                        command.argv.front() == command.path &&
                        std::all_of(command.argv.begin() + 1, dashes, is_assignment);
    return proper ? std::vector<std::string>(dashes + 1, command.argv.end()) : std::vector<std::string>();
}

std::string program_violation(const std::vector<ExecCommand>& commands, const std::vector<std::string>& argv) {
    if (commands.size() != 1) {
        return "other than one program";
    }
    if (!survives_as_path(commands[0].path)) {
        return "the program's path would not survive";
    }
    if (commands[0].flags != std::vector<std::string>{"no-env-expand"}) {
        return "flags";
    }
    return without_helper(commands[0]) == argv ? "" : "argv is not what was defined";
}

std::string environment_violation(const std::vector<std::string>& block, const Environment& environment) {
    Environment found;
    for (const std::string& entry : block) {
        const std::size_t equals = entry.find('=');
        if (equals == std::string::npos || !found.emplace(entry.substr(0, equals), entry.substr(equals + 1)).second) {
            return "an entry is malformed or given twice";
        }
    }
    for (const std::string_view added : added_variables) {
        if (!environment.contains(std::string(added))) {
            found.erase(std::string(added));
        }
    }
    return found == environment ? "" : "the environment is not what was defined";
}

std::string mounts_violation(const std::vector<BindMount>& mounts) {
    for (const BindMount& mount : mounts) {
        if (!survives_as_path(mount.source) || mount.source != mount.destination) {
            return "a bound path would not survive";
        }
    }
    return {};
}

std::string value_violation(const UnitProperty& property, const std::vector<std::string>& argv,
                            const Environment& environment) {
    if (!properties_of_the_builder.contains(property.name)) {
        return "not known here";
    }
    if (const auto* commands = std::get_if<std::vector<ExecCommand>>(&property.value)) {
        return program_violation(*commands, argv);
    }
    if (const auto* credentials = std::get_if<std::vector<EncryptedCredential>>(&property.value)) {
        return std::ranges::all_of(*credentials,
                                   [](const EncryptedCredential& credential) {
                                       return survives_as_path(credential.path) &&
                                              credential.path.ends_with("/secrets/" + credential.id);
                                   })
                   ? ""
                   : "a path of a secret would not survive";
    }
    if (const auto* mounts = std::get_if<std::vector<BindMount>>(&property.value)) {
        return mounts_violation(*mounts);
    }
    return property.name == "Environment"
               ? environment_violation(std::get<std::vector<std::string>>(property.value), environment)
               : "";
}

}  // namespace

std::string line_text_violation(std::string_view text, std::size_t most_bytes) {
    if (text.size() > most_bytes) {
        return std::format("{} bytes long", text.size());
    }
    if (const std::size_t offset = first_offence(text); offset != std::string_view::npos) {
        return std::format("not plain at offset {}", offset);
    }
    return text.contains('\\') ? "a backslash" : "";
}

std::string escape_violation(const UnitProperties& properties, std::size_t most_bytes) {
    std::string violation;
    for (const UnitProperty& property : properties) {
        const auto take = [&](std::string_view text, bool word) {
            const std::string found = word ? (first_offence(text) == std::string_view::npos ? "" : "not plain")
                                           : line_text_violation(text, most_bytes);
            if (violation.empty() && !found.empty()) {
                violation = std::format("{}: {}", property.name, found);
            }
        };
        std::visit(EveryText<decltype(take)>{property.name == "Environment", take}, property.value);
    }
    return violation;
}

std::string unit_violation(const UnitProperties& properties, const std::vector<std::string>& argv,
                           const Environment& environment) {
    std::string violation = escape_violation(properties, most_line_bytes);
    std::size_t programs = 0;
    for (const UnitProperty& property : properties) {
        programs += property.name == "ExecStartEx" ? 1 : 0;
        if (const std::string found = value_violation(property, argv, environment);
            violation.empty() && !found.empty()) {
            violation = std::format("{}: {}", property.name, found);
        }
    }
    return violation.empty() && programs != 1 ? "other than one ExecStartEx" : violation;
}

}  // namespace mcpctl::corpus
