#include "agent/app/configuration.hpp"

#include <algorithm>
#include <format>
#include <sstream>
#include <toml++/toml.hpp>

namespace mcpctl {
namespace {

namespace fs = std::filesystem;

// Where a key stands in a file.
struct Place {
    std::string file;
    std::string key;
    const toml::node* node;
};

std::unexpected<Error> wrong(const Place& place, std::string_view what) {
    const auto line = place.node->source().begin.line;
    return fail(ErrorCode::InvalidArgument, std::format("{}:{}: {} {}", place.file, line, place.key, what), place.key);
}

Result<void> set_idle_timeout(const Place& place, Configuration& configuration) {
    Result<Duration> timeout = fail(ErrorCode::InvalidArgument, "is neither a number nor text");
    if (const auto number = place.node->value_exact<std::int64_t>()) {
        timeout = duration_from_seconds(double(*number), place.key);
    } else if (const auto text = place.node->value_exact<std::string>()) {
        timeout = parse_duration(*text, place.key);
    }
    if (!timeout) {
        return wrong(place, std::format("is not a duration: {}", timeout.error().reason));
    }
    if (*timeout < std::chrono::milliseconds(100)) {
        return wrong(place, "is at least 100ms");
    }
    configuration.idle_timeout = *timeout;
    return {};
}

Result<void> set_port(const Place& place, std::uint16_t& port) {
    const auto number = place.node->value_exact<std::int64_t>();
    if (!number || *number < 1024 || *number > 65535) {
        return wrong(place, "is a number from 1024 to 65535");
    }
    port = std::uint16_t(*number);
    return {};
}

Result<void> set_first_port(const Place& place, Configuration& configuration) {
    return set_port(place, configuration.ports.first);
}

Result<void> set_last_port(const Place& place, Configuration& configuration) {
    return set_port(place, configuration.ports.last);
}

Result<void> set_tokens_define(const Place& place, Configuration& configuration) {
    const auto may = place.node->value_exact<bool>();
    if (!may) {
        return wrong(place, "is true or false");
    }
    configuration.tokens_define = *may;
    return {};
}

struct Setting {
    std::string_view section;
    std::string_view key;
    Result<void> (*set)(const Place&, Configuration&);
};

constexpr std::array settings{
    Setting{"agent", "idle_timeout", set_idle_timeout},
    Setting{"ports", "first", set_first_port},
    Setting{"ports", "last", set_last_port},
    Setting{"tokens", "define", set_tokens_define},
};

Result<void> set_socket(const Place& place, std::string_view name, Engines& engines) {
    const auto socket = place.node->value_exact<std::string>();
    constexpr std::size_t longest_socket = 107;  // of the kernel's addresses
    if (!socket || !socket->starts_with('/') || socket->size() > longest_socket) {
        return wrong(place, "is the path of a socket, at most 107 bytes");
    }
    const auto known = std::ranges::find(engines, name, &Engine::name);
    if (known != engines.end()) {
        known->socket = *socket;
    } else {
        engines.push_back({std::string(name), *socket});
    }
    return {};
}

// [engines.NAME]
Result<void> apply_engines(const std::string& file, const toml::table& table, Configuration& configuration) {
    for (const auto& [name, node] : table) {
        const Place place{file, std::format("engines.{}", name.str()), &node};
        const toml::table* engine = node.as_table();
        if (engine == nullptr) {
            return wrong(place, "is not a section");
        }
        if (const auto valid = check_name(name.str(), "engines"); !valid) {
            return wrong(place, std::format("is not the name of an engine: {}", valid.error().reason));
        }
        for (const auto& [key, value] : *engine) {
            const Place setting{file, std::format("engines.{}.{}", name.str(), key.str()), &value};
            if (key.str() != "socket") {
                return wrong(setting, "is not a setting");
            }
            if (auto done = set_socket(setting, name.str(), configuration.engines); !done) {
                return done;
            }
        }
    }
    return {};
}

Result<void> apply_section(const std::string& file, std::string_view section, const toml::table& table,
                           Configuration& configuration) {
    for (const auto& [key, node] : table) {
        const Place place{file, std::format("{}.{}", section, key.str()), &node};
        const auto* setting = std::ranges::find_if(
            settings, [&](const Setting& known) { return known.section == section && known.key == key.str(); });
        if (setting == settings.end()) {
            return wrong(place, "is not a setting");
        }
        if (auto done = setting->set(place, configuration); !done) {
            return done;
        }
    }
    return {};
}

Result<toml::table> parse(const std::string& file) {
    try {
        return toml::parse_file(file);
    } catch (const toml::parse_error& error) {
        return fail(ErrorCode::InvalidArgument,
                    std::format("{}:{}: {}", file, error.source().begin.line, error.description()));
    }
}

Result<void> apply_file(const std::string& file, Configuration& configuration) {
    const auto parsed = parse(file);
    if (!parsed) {
        return std::unexpected(parsed.error());
    }
    for (const auto& [section, node] : *parsed) {
        const toml::table* table = node.as_table();
        if (table == nullptr) {
            return wrong({file, std::string(section.str()), &node}, "is not a section");
        }
        if (section.str() == "engines") {
            if (auto done = apply_engines(file, *table, configuration); !done) {
                return done;
            }
            continue;
        }
        if (auto done = apply_section(file, section.str(), *table, configuration); !done) {
            return done;
        }
    }
    return {};
}

}  // namespace

std::vector<fs::path> configuration_files() {
    std::vector<fs::path> files{"/usr/lib/mcpctl/mcpctl.toml", "/etc/mcpctl/mcpctl.toml"};
    std::vector<fs::path> drop_ins;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator("/etc/mcpctl/mcpctl.toml.d", ignored)) {
        if (entry.path().extension() == ".toml") {
            drop_ins.push_back(entry.path());
        }
    }
    std::ranges::sort(drop_ins);
    files.insert(files.end(), drop_ins.begin(), drop_ins.end());
    return files;
}

std::vector<std::string> configuration_keys() {
    std::vector<std::string> keys{"engines.NAME.socket"};
    for (const Setting& setting : settings) {
        keys.push_back(std::format("{}.{}", setting.section, setting.key));
    }
    return keys;
}

Result<Configuration> read_configuration(const std::vector<fs::path>& files) {
    Configuration configuration;
    for (const fs::path& file : files) {
        std::error_code ignored;
        if (!fs::exists(file, ignored)) {
            continue;
        }
        if (auto done = apply_file(file.string(), configuration); !done) {
            return std::unexpected(done.error());
        }
    }
    if (configuration.ports.first > configuration.ports.last) {
        return fail(ErrorCode::InvalidArgument,
                    std::format("ports.first ({}) is above ports.last ({})", configuration.ports.first,
                                configuration.ports.last),
                    "ports");
    }
    return configuration;
}

}  // namespace mcpctl
