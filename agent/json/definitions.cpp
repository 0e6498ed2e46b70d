#include "agent/json/definitions.hpp"

#include "agent/core/enum_names.hpp"
#include "agent/json/document.hpp"
#include "agent/json/members.hpp"

namespace mcpctl {
namespace {

template <class Definition>
Result<Definition> parse(std::string_view text,
                         Definition (*decode)(const nlohmann::json&, const std::string&, Mistake&)) {
    return parse_document(text, max_definition_bytes)
        .and_then([&](const nlohmann::json& document) -> Result<Definition> {
            Mistake mistake;
            Definition definition = decode(document, "", mistake);
            if (mistake) {
                return std::unexpected(*std::move(mistake));
            }
            if (auto valid = validate(definition); !valid) {
                return std::unexpected(valid.error());
            }
            return definition;
        });
}

}  // namespace

Result<ServerDefinition> parse_server(std::string_view text) {
    return parse(text, &decode_server);
}

Result<ProfileDefinition> parse_profile(std::string_view text) {
    return parse(text, &decode_profile);
}

std::string to_json(const ServerDefinition& server) {
    return write_document(encode(server));
}

std::string to_json(const ProfileDefinition& profile) {
    return write_document(encode(profile));
}

std::string to_json(const InstanceConfig& config) {
    return write_document(encode(config));
}

std::string to_json(const InstanceConfig& config, const std::vector<EnforcedSetting>& enforced) {
    nlohmann::json document = encode(config);
    document["network"] = spelt(config.network());
    document["command"] = config.argv(config.server.port);
    // A setting that is made of several stands there several times, as in a unit file.
    nlohmann::json& settings = document["enforced"] = nlohmann::json::object();
    for (const EnforcedSetting& setting : enforced) {
        settings[setting.name].push_back(setting.value);
    }
    return write_document(document);
}

}  // namespace mcpctl
