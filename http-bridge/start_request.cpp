#include "http-bridge/start_request.hpp"

#include <format>
#include <nlohmann/json.hpp>

#include "base/shown.hpp"

namespace mcpctl::http_bridge {
namespace {

std::unexpected<Error> wrong(std::string reason, std::string field = {}) {
    return fail(ErrorCode::InvalidArgument, std::move(reason), std::move(field));
}

}  // namespace

Result<StartRequest> parse_start_request(std::string_view content_type, std::string_view body) {
    if (content_type.substr(0, content_type.find(';')) != "application/json") {
        return wrong("the body is application/json", "Content-Type");
    }
    const auto json = nlohmann::json::parse(body, nullptr, false);
    if (!json.is_object()) {
        return wrong("the body is no JSON object");
    }
    StartRequest request;
    for (const auto& [key, value] : json.items()) {
        const bool is_profile = key == "profileName" || key == "profileId";
        if (!is_profile && key != "name") {
            return wrong(std::format("there is no member {}", shown(key)), key);
        }
        if (!value.is_string() || value.get_ref<const std::string&>().empty()) {
            return wrong("it is a text, and not empty", key);
        }
        std::string& target = is_profile ? request.profile : request.name;
        if (!target.empty()) {
            return wrong("profileName and profileId mean the same: one of them", key);
        }
        target = value;
    }
    if (request.profile.empty()) {
        return wrong("the name of a profile is missing", "profileName");
    }
    return request;
}

}  // namespace mcpctl::http_bridge
