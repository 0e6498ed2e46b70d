#include <format>
#include <nlohmann/json.hpp>

#include "ctl/decode.hpp"

namespace mcpctl::ctl {

Result<std::vector<SecretInfo>> secrets_from(std::string_view json) {
    using Json = nlohmann::json;
    try {
        std::vector<SecretInfo> secrets;
        const Json array = Json::parse(json);
        for (const Json& object : array) {
            SecretInfo& secret = secrets.emplace_back();
            secret.name = object.value("name", secret.name);
            secret.set_at = object.value("setAt", secret.set_at);
            secret.used_by = object.value("usedBy", secret.used_by);
        }
        return secrets;
    } catch (const Json::exception& error) {
        return fail(ErrorCode::Internal,
                    std::format("the agent's list of secrets has an unknown form: {}", error.what()), {},
                    "mcpctl and the agent may be of different versions: mcpctl version");
    }
}

}  // namespace mcpctl::ctl
