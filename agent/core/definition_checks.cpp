#include "agent/core/definition_checks.hpp"

#include <algorithm>
#include <array>
#include <format>
#include <optional>

#include "agent/core/ids.hpp"
#include "agent/core/plain_text.hpp"

namespace mcpctl {
namespace {

constexpr std::size_t max_argument_bytes = std::size_t{64} * 1024;
constexpr std::size_t max_arguments = 512;
constexpr std::size_t max_variables = 256;
constexpr std::size_t max_variable_name_bytes = 255;
constexpr std::size_t max_path_bytes = 4095;  // PATH_MAX without the NUL
constexpr std::size_t max_endpoint_bytes = 1024;
constexpr std::size_t max_image_bytes = 255;
constexpr std::size_t max_user_bytes = 31;  // what utmp holds, and systemd allows

constexpr std::string_view lower = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view digits = "0123456789";

bool among(char c, std::initializer_list<std::string_view> sets) {
    return std::ranges::any_of(sets, [c](std::string_view set) { return set.contains(c); });
}

std::unexpected<Error> refuse(std::string reason, std::string_view field, std::string hint = {}) {
    return fail(ErrorCode::InvalidArgument, std::move(reason), std::string(field), std::move(hint));
}

// Why a definition may not set a variable; the first match counts.
struct ReservedVariable {
    std::string_view name;
    bool prefix;
    std::string_view reason;
};

constexpr std::string_view by_loader = "it changes how the program is loaded";
constexpr std::string_view by_pid1 = "PID 1 sets it (systemd.exec(5))";
constexpr std::string_view by_protocol = "it belongs to the protocol between PID 1 and its services";

constexpr std::array reserved_variables{
    ReservedVariable{"LD_", true, by_loader},
    ReservedVariable{"GLIBC_TUNABLES", false, by_loader},
    ReservedVariable{"NOTIFY_SOCKET", false, by_protocol},
    ReservedVariable{"LISTEN_", true, by_protocol},
    ReservedVariable{"WATCHDOG_", true, by_protocol},
    ReservedVariable{"MAINPID", false, by_protocol},
    ReservedVariable{"MANAGERPID", true, by_pid1},
    ReservedVariable{"FDSTORE", false, by_protocol},
    ReservedVariable{"PORT", false, "the agent sets it to the instance's port"},
    ReservedVariable{"CREDENTIALS_DIRECTORY", false, by_pid1},
    ReservedVariable{"INVOCATION_ID", false, by_pid1},
    ReservedVariable{"JOURNAL_STREAM", false, by_pid1},
    ReservedVariable{"SYSTEMD_EXEC_PID", false, by_pid1},
    ReservedVariable{"RUNTIME_DIRECTORY", false, by_pid1},
    ReservedVariable{"STATE_DIRECTORY", false, by_pid1},
    ReservedVariable{"CACHE_DIRECTORY", false, by_pid1},
    ReservedVariable{"LOGS_DIRECTORY", false, by_pid1},
    ReservedVariable{"CONFIGURATION_DIRECTORY", false, by_pid1},
    ReservedVariable{"MEMORY_PRESSURE_", true, by_pid1},
};

// Whoever reaches one of these from inside a sandbox has left it. Their parents are refused too: a socket stays
// connectable through a read-only bind mount.
constexpr std::array protected_directories{
    std::string_view("/proc"),
    std::string_view("/sys"),
    std::string_view("/dev"),
    std::string_view("/run/docker.sock"),
    std::string_view("/run/docker"),
    std::string_view("/run/containerd"),
    std::string_view("/run/podman"),
    std::string_view("/run/mcpctl"),
    std::string_view("/run/mcpctl-secrets"),
    std::string_view("/run/systemd"),
    std::string_view("/run/dbus"),
    std::string_view("/run/user"),
    std::string_view("/run/credentials"),
    std::string_view("/var/lib/mcpctl"),
    std::string_view("/var/lib/docker"),
    std::string_view("/var/lib/containers"),
};

bool is_below_or_same(std::string_view path, std::string_view directory) {
    return path.starts_with(directory) && (path.size() == directory.size() || path[directory.size()] == '/');
}

Result<void> check_normalized(std::string_view path, std::string_view field) {
    if (!path.starts_with('/')) {
        return refuse("the path is not absolute", field, "begin it with /");
    }
    std::size_t begin = 1;
    while (begin < path.size()) {
        const std::size_t end = std::min(path.find('/', begin), path.size());
        const std::string_view part = path.substr(begin, end - begin);
        if (part.empty() || part == "." || part == "..") {
            return refuse(std::format("'{}' at offset {} is not normalised", part.empty() ? "//" : part,
                                      part.empty() ? begin - 1 : begin),
                          field, "write the path without //, . and ..");
        }
        begin = end + 1;
    }
    if (path.size() > 1 && path.ends_with('/')) {
        return refuse("the path ends with /", field, "leave the last / away");
    }
    return {};
}

// PID 1 keeps the paths of a transient unit as text, "SOURCE:DESTINATION:rbind" without quotes (systemd 257,
// bus_exec_context_set_transient_property), and reads that again at each daemon-reload: white space and ':' would
// split it, quotes would be taken away and '%' could become a specifier.
Result<void> check_path(std::string_view path, std::string_view field) {
    if (auto plain = check_plain(path, field, Backslash::refused, max_path_bytes); !plain) {
        return plain;
    }
    if (const std::size_t offset = path.find_first_of(" :\"'%"); offset != std::string_view::npos) {
        return refuse(std::format("'{}' at offset {} does not survive in a unit file", path[offset], offset), field,
                      "use a path without spaces, colons, quotes and percent signs, such as a symbolic link's");
    }
    return check_normalized(path, field);
}

Result<void> check_variable_name(std::string_view name, std::string_view field) {
    if (name.empty() || name.size() > max_variable_name_bytes) {
        return refuse(
            std::format("the name of a variable has 1 to {} characters, not {}", max_variable_name_bytes, name.size()),
            field);
    }
    for (std::size_t offset = 0; offset < name.size(); ++offset) {
        const char c = name[offset];
        if (!among(c, {lower, upper, "_"}) && (offset == 0 || !among(c, {digits}))) {
            // The name itself is not repeated: it is what is not plain.
            return refuse(std::format("byte 0x{:02x} at offset {} is not allowed in the name of a variable",
                                      std::uint8_t(c), offset),
                          field, "use letters, digits and _, and no digit in front");
        }
    }
    for (const ReservedVariable& reserved : reserved_variables) {
        if (reserved.prefix ? name.starts_with(reserved.name) : name == reserved.name) {
            return refuse(std::format("{} cannot be set by a definition: {}", name, reserved.reason),
                          std::format("{}.{}", field, name),
                          name == "PORT" ? "use \"port\" of the server for a fixed port" : "remove it");
        }
    }
    return {};
}

}  // namespace

Result<void> check_program(std::string_view program, std::string_view field) {
    if (program.starts_with('/')) {
        if (program == "/") {
            return refuse("the program is a directory", field);
        }
        if (const std::size_t offset = program.find(';'); offset != std::string_view::npos) {
            return refuse(std::format("';' at offset {} is not allowed in the path of a program", offset), field,
                          "in a unit file it separates commands; use a symbolic link");
        }
        return check_path(program, field);
    }
    if (auto plain = check_plain(program, field, Backslash::refused, 255); !plain) {
        return plain;
    }
    // In a unit file -, +, !, : and @ in front of a program are flags.
    const auto allowed = [](char c) { return among(c, {lower, upper, digits, "._+-"}); };
    if (program.empty() || among(program[0], {"-+."}) || !std::ranges::all_of(program, allowed)) {
        return refuse("the program is neither an absolute path nor a plain file name", field,
                      "write /usr/bin/node, or node for what PID 1 finds in its search path");
    }
    return {};
}

Result<void> check_arguments(const std::vector<std::string>& arguments, std::string_view field) {
    if (arguments.size() > max_arguments) {
        return refuse(std::format("{} arguments are too many, {} are allowed", arguments.size(), max_arguments), field);
    }
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string where = std::format("{}[{}]", field, i);
        if (auto plain = check_plain(arguments[i], where, Backslash::allowed, max_argument_bytes); !plain) {
            return plain;
        }
    }
    return {};
}

Result<void> check_environment(const Environment& env, std::string_view field) {
    if (env.size() > max_variables) {
        return refuse(std::format("{} variables are too many, {} are allowed", env.size(), max_variables), field);
    }
    for (const auto& [name, value] : env) {
        if (auto valid = check_variable_name(name, field); !valid) {
            return valid;
        }
        const std::string where = std::format("{}.{}", field, name);
        if (auto plain = check_plain(value, where, Backslash::allowed, max_argument_bytes); !plain) {
            return plain;
        }
    }
    return {};
}

Result<void> check_secrets(const std::vector<SecretUse>& secrets, std::string_view field) {
    if (secrets.size() > max_secrets) {
        return refuse(std::format("{} secrets are too many, {} are allowed", secrets.size(), max_secrets), field);
    }
    for (std::size_t i = 0; i < secrets.size(); ++i) {
        const std::string where = std::format("{}[{}]", field, i);
        if (auto valid = check_name(secrets[i].name, where + ".name"); !valid) {
            return valid;
        }
        const auto earlier = secrets.begin() + std::ptrdiff_t(i);
        if (std::ranges::contains(secrets.begin(), earlier, secrets[i].name, &SecretUse::name)) {
            return refuse(std::format("the secret {} is named twice", secrets[i].name), where + ".name");
        }
        if (secrets[i].env.empty()) {
            continue;
        }
        if (auto valid = check_variable_name(secrets[i].env, where + ".env"); !valid) {
            valid.error().field = where + ".env";
            return valid;
        }
    }
    return {};
}

// What systemd takes for a name rather than a number (systemd.io/USER_NAMES, strict mode).
Result<void> check_user(std::string_view user, std::string_view field) {
    if (auto plain = check_plain(user, field, Backslash::refused, max_user_bytes); !plain) {
        return plain;
    }
    const auto allowed = [](char c) { return among(c, {lower, upper, digits, "_-"}); };
    if (user.empty() || !among(user.front(), {lower, upper, "_"}) || !std::ranges::all_of(user, allowed)) {
        return refuse("it is not the name of a user", field, "write the name, not the number, of a user; or dynamic");
    }
    if (user == "root") {
        return refuse("servers do not run as root", field, "name an ordinary user, or leave it away");
    }
    return {};
}

Result<void> check_bound_path(std::string_view path, std::string_view field) {
    if (auto valid = check_path(path, field); !valid) {
        return valid;
    }
    if (path == "/") {
        return refuse("the root directory cannot be bound into a sandbox", field, "name the directories it needs");
    }
    // /var/run is a symbolic link to /run wherever systemd runs.
    const bool alias = is_below_or_same(path, "/var/run");
    const std::string real = alias ? std::string(path.substr(4)) : std::string(path);
    for (const std::string_view directory : protected_directories) {
        if (is_below_or_same(real, directory) || is_below_or_same(directory, real)) {
            return refuse(std::format("{} would open the way out of the sandbox", directory), field,
                          "name directories that hold nothing but what the server needs");
        }
    }
    return {};
}

Result<void> check_image(std::string_view image, std::string_view field) {
    if (auto plain = check_plain(image, field, Backslash::refused, max_image_bytes); !plain) {
        return plain;
    }
    const auto allowed = [](char c) { return among(c, {lower, upper, digits, "._-/:@"}); };
    const auto wrong = std::ranges::find_if_not(image, allowed);
    if (wrong != image.end()) {
        // The byte itself is not repeated: it may be a part of a character.
        return refuse(std::format("byte 0x{:02x} at offset {} is not allowed in the name of an image",
                                  std::uint8_t(*wrong), wrong - image.begin()),
                      field, "for example ghcr.io/owner/server:1.0");
    }
    // What begins otherwise, or holds empty parts, no engine takes for a name.
    if (!among(image.front(), {lower, upper, digits}) || image.contains("//") || image.contains("..") ||
        among(image.back(), {"/:@"})) {
        return refuse("it is not the name of an image", field, "for example ghcr.io/owner/server:1.0");
    }
    return {};
}

Result<void> check_endpoint_path(std::string_view path, std::string_view field) {
    if (auto plain = check_plain(path, field, Backslash::refused, max_endpoint_bytes); !plain) {
        return plain;
    }
    if (!path.starts_with('/')) {
        return refuse("the path of an endpoint begins with /", field);
    }
    for (std::size_t offset = 0; offset < path.size(); ++offset) {
        const char c = path[offset];
        const auto is_hex = [&](std::size_t at) {
            return at < path.size() && among(path[at], {digits, "abcdefABCDEF"});
        };
        const bool escape = c == '%' && is_hex(offset + 1) && is_hex(offset + 2);
        // RFC 3986, 3.3: the characters of a path.
        if (!escape && !among(c, {lower, upper, digits, "-._~!$&'()*+,;=:@/"})) {
            return refuse(std::format("the character at offset {} is not allowed in the path of a URL", offset), field,
                          "write it as %XX");
        }
    }
    return {};
}

}  // namespace mcpctl
