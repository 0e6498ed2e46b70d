#include "http-bridge/configuration.hpp"

#include <format>
#include <toml++/toml.hpp>

namespace mcpctl::http_bridge {
namespace {

std::unexpected<Error> wrong(const std::string& file, const toml::node& node, std::string_view key,
                             std::string_view what) {
    return fail(ErrorCode::InvalidArgument, std::format("{}:{}: {} {}", file, node.source().begin.line, key, what),
                std::string(key));
}

Result<std::vector<std::string>> texts_from(const std::string& file, const toml::node& node, std::string_view key) {
    std::vector<std::string> texts;
    const toml::array* array = node.as_array();
    if (array == nullptr) {
        return wrong(file, node, key, "is a list of texts");
    }
    for (const toml::node& each : *array) {
        const auto text = each.value_exact<std::string>();
        if (!text || text->empty()) {
            return wrong(file, node, key, "is a list of texts, none of them empty");
        }
        texts.push_back(*text);
    }
    return texts;
}

Result<Duration> duration_from(const std::string& file, const toml::node& node, std::string_view key) {
    const auto text = node.value_exact<std::string>();
    const auto duration = parse_duration(text.value_or(""), std::string(key));
    if (!duration || *duration < std::chrono::seconds(1)) {
        return wrong(file, node, key, "is a duration of at least a second, for example \"60s\"");
    }
    return *duration;
}

template <class Value>
Result<void> set(Value& setting, Result<Value> value) {
    if (!value) {
        return std::unexpected(value.error());
    }
    setting = *std::move(value);
    return {};
}

Result<std::optional<TlsFiles>> tls_from(const std::string& file, const toml::node& node, std::string_view key) {
    const toml::table* table = node.as_table();
    if (table == nullptr) {
        return wrong(file, node, key, "is a table with certificate and key");
    }
    TlsFiles files;
    for (const auto& [name, value] : *table) {
        const std::string whole = std::format("{}.{}", key, name.str());
        if (name.str() != "certificate" && name.str() != "key") {
            return wrong(file, value, whole, "is not a setting");
        }
        const auto path = value.value_exact<std::string>();
        if (!path || !path->starts_with('/')) {
            return wrong(file, value, whole, "is the path of a file");
        }
        (name.str() == "key" ? files.key : files.certificate) = *path;
    }
    if (files.key.empty() || files.certificate.empty()) {
        return wrong(file, node, key, "needs both certificate and key");
    }
    return files;
}

Result<void> apply(const std::string& file, const toml::table& table, Configuration& configuration) {
    for (const auto& [key, node] : table) {
        Result<void> done = wrong(file, node, key.str(), "is not a setting");
        if (key.str() == "hosts") {
            done = set(configuration.hosts, texts_from(file, node, key.str()));
        } else if (key.str() == "origins") {
            done = set(configuration.origins, texts_from(file, node, key.str()));
        } else if (key.str() == "idle_timeout") {
            done = set(configuration.idle_timeout, duration_from(file, node, key.str()));
        } else if (key.str() == "tls") {
            done = set(configuration.tls, tls_from(file, node, key.str()));
        }
        if (!done) {
            return done;
        }
    }
    return {};
}

}  // namespace

Result<Configuration> read_configuration(const std::filesystem::path& file) {
    Configuration configuration;
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored)) {
        return configuration;
    }
    try {
        const toml::table table = toml::parse_file(file.string());
        if (auto done = apply(file.string(), table, configuration); !done) {
            return std::unexpected(done.error());
        }
    } catch (const toml::parse_error& error) {
        return fail(ErrorCode::InvalidArgument,
                    std::format("{}:{}: {}", file.string(), error.source().begin.line, error.description()));
    }
    return configuration;
}

}  // namespace mcpctl::http_bridge
