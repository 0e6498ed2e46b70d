#include "ctl/definition_flags.hpp"

#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <format>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/duration.hpp"

namespace mcpctl::ctl {
namespace {

using Json = nlohmann::ordered_json;

// As much as the agent takes.
constexpr std::size_t max_definition_bytes = 256UL * 1024;

Result<void> put_environment(Json& definition, const std::vector<std::string>& assignments) {
    for (const std::string& assignment : assignments) {
        const std::size_t equals = assignment.find('=');
        if (equals == std::string::npos || equals == 0) {
            return fail(ErrorCode::InvalidArgument, std::format("'{}' is not of the form NAME=VALUE", assignment),
                        "--env");
        }
        definition["env"][assignment.substr(0, equals)] = assignment.substr(equals + 1);
    }
    return {};
}

void put_secrets(Json& definition, const std::vector<std::string>& secrets) {
    for (const std::string& secret : secrets) {
        const std::size_t equals = secret.find('=');
        Json use{{"name", secret.substr(0, equals)}};
        if (equals != std::string::npos) {
            use["env"] = secret.substr(equals + 1);
        }
        definition["secrets"].push_back(std::move(use));
    }
}

Result<void> put_duration(Json& definition, const char* key, const std::string& text, std::string_view flag) {
    if (text.empty()) {
        return {};
    }
    return parse_duration(text, flag).transform([&](Duration duration) {
        const bool whole = duration.count() % 1000 == 0;
        definition[key] = whole ? Json(duration.count() / 1000) : Json(double(duration.count()) / 1000.0);
    });
}

void put_text(Json& definition, const char* key, const std::string& text) {
    if (!text.empty()) {
        definition[key] = text;
    }
}

template <class Number>
void put_number(Json& definition, const char* key, const std::optional<Number>& number) {
    if (number) {
        definition[key] = *number;
    }
}

void put_list(Json& definition, const char* key, const std::vector<std::string>& list) {
    if (!list.empty()) {
        definition[key] = list;
    }
}

Result<void> put_limits(Json& definition, const ProfileFlags& flags) {
    if (!flags.memory.empty()) {
        const auto memory = parse_size(flags.memory, "--memory");
        if (!memory) {
            return std::unexpected(memory.error());
        }
        definition["limits"]["memory"] = *memory;
    }
    if (flags.cpu) {
        definition["limits"]["cpu"] = *flags.cpu;
    }
    if (flags.tasks) {
        definition["limits"]["tasks"] = *flags.tasks;
    }
    return {};
}

Result<void> put_health(Json& definition, const ProfileFlags& flags) {
    Json health = Json::object();
    put_number(health, "failureThreshold", flags.failure_threshold);
    put_text(health, "onUnhealthy", flags.on_unhealthy);
    return put_duration(health, "interval", flags.health_interval, "--health-interval")
        .and_then([&] { return put_duration(health, "timeout", flags.health_timeout, "--health-timeout"); })
        .and_then([&] { return put_duration(health, "unhealthyAfter", flags.unhealthy_after, "--unhealthy-after"); })
        .transform([&] {
            if (!health.empty()) {
                definition["health"] = std::move(health);
            }
        });
}

void put_sandbox(Json& definition, const ProfileFlags& flags) {
    Json sandbox = Json::object();
    put_text(sandbox, "network", flags.network);
    put_list(sandbox, "readPaths", flags.read_paths);
    put_list(sandbox, "writePaths", flags.write_paths);
    if (flags.no_jit) {
        sandbox["jit"] = false;
    }
    if (!sandbox.empty()) {
        definition["sandbox"] = std::move(sandbox);
    }
}

// Arguments need not be UTF-8, JSON must be.
Result<Definition> finished(std::string name, const Json& definition) {
    try {
        return Definition{std::move(name), definition.dump()};
    } catch (const Json::exception&) {
        return fail(ErrorCode::InvalidArgument, "the command line holds bytes that are not valid UTF-8");
    }
}

Result<std::string> read_all(const std::string& path) {
    const bool from_stdin = path == "-";
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(
        from_stdin ? ::fdopen(::dup(STDIN_FILENO), "re") : std::fopen(path.c_str(), "re"), std::fclose);
    if (!file) {
        return fail(ErrorCode::InvalidArgument, std::format("cannot read {}: {}", path, std::strerror(errno)),
                    "--file");
    }
    std::string text(max_definition_bytes + 1, '\0');
    text.resize(std::fread(text.data(), 1, text.size(), file.get()));
    if (std::ferror(file.get()) != 0) {
        return fail(ErrorCode::InvalidArgument, std::format("cannot read {}: {}", path, std::strerror(errno)),
                    "--file");
    }
    if (text.size() > max_definition_bytes) {
        return fail(ErrorCode::InvalidArgument,
                    std::format("{} is larger than {} KiB", path, max_definition_bytes / 1024), "--file");
    }
    return text;
}

}  // namespace

Result<Definition> definition_from(const ServerFlags& flags) {
    Json definition{{"name", flags.name}};
    put_text(definition, "description", flags.description);
    put_text(definition, "transport", flags.transport);
    if (flags.image.empty()) {
        definition["run"]["command"] = flags.command;
    } else {
        definition["run"]["image"] = flags.image;
        definition["run"]["args"] = flags.command;
    }
    put_number(definition, "port", flags.port);
    put_text(definition, "path", flags.path);
    put_secrets(definition, flags.secrets);
    return put_environment(definition, flags.env).and_then([&] { return finished(flags.name, definition); });
}

Result<Definition> definition_from(const ProfileFlags& flags) {
    Json definition{{"name", flags.name}, {"server", flags.server}};
    put_text(definition, "runtime", flags.runtime);
    put_text(definition, "user", flags.user);
    put_text(definition, "engine", flags.engine);
    put_text(definition, "pull", flags.pull);
    put_list(definition, "args", flags.args);
    put_secrets(definition, flags.secrets);
    if (!flags.restart.empty()) {
        definition["restart"]["policy"] = flags.restart;
    }
    put_number(definition, "standby", flags.standby);
    put_number(definition, "maxSessions", flags.max_sessions);
    put_sandbox(definition, flags);
    if (flags.autostart) {
        definition["autostart"] = true;
    }
    return put_environment(definition, flags.env)
        .and_then([&] { return put_limits(definition, flags); })
        .and_then([&] { return put_health(definition, flags); })
        .and_then([&] { return put_duration(definition, "drainTimeout", flags.drain_timeout, "--drain-timeout"); })
        .and_then(
            [&] { return put_duration(definition, "maxDrainTimeout", flags.max_drain_timeout, "--max-drain-timeout"); })
        .and_then([&] { return put_duration(definition, "startTimeout", flags.start_timeout, "--start-timeout"); })
        .and_then([&] { return finished(flags.name, definition); });
}

Result<Definition> definition_from_file(const std::string& path) {
    auto text = read_all(path);
    if (!text) {
        return std::unexpected(std::move(text.error()));
    }
    try {
        const Json definition = Json::parse(*text);
        const bool named = definition.is_object() && definition.contains("name") && definition["name"].is_string();
        if (!named) {
            return fail(ErrorCode::InvalidArgument, std::format("{} is not a JSON object with a name", path), "name");
        }
        return Definition{definition["name"].get<std::string>(), std::move(*text)};
    } catch (const Json::parse_error& error) {
        // "[json.exception.parse_error.101] parse error at line 2, column 5: …"
        const std::string_view what = error.what();
        const std::size_t start = what.find("] ");
        return fail(ErrorCode::InvalidArgument,
                    std::format("{} is not valid JSON: {}", path,
                                start == std::string_view::npos ? what : what.substr(start + 2)),
                    "--file");
    }
}

Result<std::uint64_t> parse_size(std::string_view text, std::string_view field) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const std::string_view suffix(end, text.data() + text.size());
    constexpr std::string_view suffixes = "KMGT";
    const std::size_t power = suffix.size() == 1 ? suffixes.find(suffix[0]) + 1 : 0;
    const bool known_suffix = suffix.empty() || (suffix.size() == 1 && power > 0 && power <= suffixes.size());
    const std::uint64_t factor = std::uint64_t{1} << (10 * power % 64);
    if (error != std::errc{} || !known_suffix || number > UINT64_MAX / factor) {
        return fail(ErrorCode::InvalidArgument, std::format("'{}' is not a size", text), std::string(field),
                    "write bytes, or a number with K, M, G or T, as in 512M");
    }
    return number * factor;
}

}  // namespace mcpctl::ctl
