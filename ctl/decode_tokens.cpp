#include <format>
#include <nlohmann/json.hpp>

#include "ctl/decode.hpp"

namespace mcpctl::ctl {
namespace {

using Json = nlohmann::json;

TokenInfo token_from(const Json& object) {
    TokenInfo token;
    token.name = object.value("name", token.name);
    token.scopes = object.value("scopes", token.scopes);
    token.profiles = object.value("profiles", token.profiles);
    token.created_by = object.value("createdBy", token.created_by);
    token.created_at = object.value("createdAt", token.created_at);
    token.expires_at = object.value("expiresAt", token.expires_at);
    token.last_used_at = object.value("lastUsedAt", token.last_used_at);
    return token;
}

}  // namespace

Result<std::vector<TokenInfo>> tokens_from(std::string_view json) {
    try {
        std::vector<TokenInfo> tokens;
        const Json array = Json::parse(json);
        for (const Json& object : array) {
            tokens.push_back(token_from(object));
        }
        return tokens;
    } catch (const Json::exception& error) {
        return fail(ErrorCode::Internal,
                    std::format("the agent's list of tokens has an unknown form: {}", error.what()), {},
                    "mcpctl and the agent may be of different versions: mcpctl version");
    }
}

}  // namespace mcpctl::ctl
