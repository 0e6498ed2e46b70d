#include "http-bridge/openapi.hpp"

#include <format>
#include <map>
#include <nlohmann/json.hpp>
#include <ranges>

#include "http-bridge/handlers.hpp"

namespace mcpctl::http_bridge {
namespace {

using Json = nlohmann::ordered_json;

// Beside its own statuses every route has these; those of a missing agent and of limits are left to the text.
constexpr std::string_view common_statuses = "400 401 403 421 431";
constexpr std::string_view common_without_token = "403 421 431";

const std::map<std::string_view, std::string_view> meanings{
    {"101", "the WebSocket begins"},
    {"200", "done"},
    {"201", "started"},
    {"202", "a job that goes on"},
    {"400", "malformed"},
    {"401", "no token, or none that counts"},
    {"403", "the token is not for this, or the Origin is not listed"},
    {"404", "no such thing"},
    {"409", "it exists already, or is being worked on"},
    {"411", "a body without Content-Length"},
    {"413", "the body is too large"},
    {"415", "the body is compressed"},
    {"421", "the Host is not listed"},
    {"422", "not for this"},
    {"431", "the header is too large"},
    {"502", "the workload did not start"},
    {"503", "it is not well"},
};

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    for (const auto word : text | std::views::split(' ')) {
        if (!word.empty()) {
            words.emplace_back(std::string_view(word));
        }
    }
    return words;
}

Json reference_to(std::string_view schema) {
    return {{"$ref", std::format("#/components/schemas/{}", schema)}};
}

// What a route answers when all is well.
Json content_of(const Route& route, std::string_view status) {
    const std::string_view path = route.pattern;
    if (status >= "400" && !(status == "503" && path.contains("/health/"))) {
        return {{"application/problem+json", {{"schema", reference_to("Problem")}}}};
    }
    if (path == "livez" || path == "metrics") {
        return {{"text/plain", {{"schema", {{"type", "string"}}}}}};
    }
    if (path.ends_with("/stream") || path == "api/events") {
        return {{"text/event-stream", {{"schema", {{"type", "string"}}}}}};
    }
    const bool is_job =
        status == "202" || path.starts_with("api/jobs") || (route.method == "DELETE" && path == "api/instances/{}");
    const std::string_view schema = is_job                           ? "Job"
                                    : path == "api/instances/{}"     ? "Instance"
                                    : path.ends_with("/restart")     ? "Instance"
                                    : status == "201"                ? "Instance"
                                    : path == "api/instances"        ? "InstancePage"
                                    : path.ends_with("/health")      ? "Health"
                                    : path.ends_with("/health/live") ? "ProbeAnswer"
                                    : path.contains("/health/")      ? "ProbeAnswer"
                                    : path.ends_with("/logs")        ? "LogPage"
                                                                     : "Object";
    return {{"application/json", {{"schema", reference_to(schema)}}}};
}

Json responses_of(const Route& route) {
    Json responses = Json::object();
    const std::string all =
        std::format("{} {}", route.statuses, route.scope == no_token ? common_without_token : common_statuses);
    for (const std::string& status : words_of(all)) {
        Json response{{"description", meanings.at(status)}};
        if (status != "101") {
            response["content"] = content_of(route, status);
        }
        responses[status] = std::move(response);
    }
    return responses;
}

Json schema_of(const std::string& parameter) {
    if (parameter == "tail" || parameter == "limit") {
        return {{"type", "integer"}, {"minimum", parameter == "tail" ? 0 : 1}};
    }
    if (parameter == "backward" || parameter == "refresh") {
        return {{"type", "boolean"}};
    }
    return {{"type", "string"}};
}

Json parameters_of(const Route& route) {
    Json parameters = Json::array();
    if (route.pattern.contains("{}")) {
        parameters.push_back({{"name", "id"},
                              {"in", "path"},
                              {"required", true},
                              {"description", "an id or a name"},
                              {"schema", {{"type", "string"}}}});
    }
    for (const std::string& parameter : words_of(route.parameters)) {
        parameters.push_back({{"name", parameter}, {"in", "query"}, {"schema", schema_of(parameter)}});
    }
    if (route.method != "GET") {
        parameters.push_back({{"name", "Prefer"},
                              {"in", "header"},
                              {"description", "respond-async, or wait=SECONDS"},
                              {"schema", {{"type", "string"}}}});
    }
    return parameters;
}

Json operation_of(const Route& route) {
    Json operation{{"summary", route.summary}};
    operation["parameters"] = parameters_of(route);
    if (route.scope == no_token) {
        operation["security"] = Json::array();
    } else {
        operation["security"] =
            Json::array({Json{{"token", route.scope.empty() ? Json::array() : Json::array({route.scope})}}});
    }
    if (route.method == "POST" && route.pattern == "api/instances") {
        operation["requestBody"] = {{"required", true},
                                    {"content", {{"application/json", {{"schema", reference_to("StartRequest")}}}}}};
    }
    operation["responses"] = responses_of(route);
    return operation;
}

std::string path_of(std::string_view pattern) {
    std::string path = "/" + std::string(pattern);
    if (const std::size_t at = path.find("{}"); at != std::string::npos) {
        path.replace(at, 2, "{id}");
    }
    return path;
}

std::string lower(std::string_view method) {
    std::string text(method);
    for (char& c : text) {
        c = char(std::tolower(static_cast<unsigned char>(c)));
    }
    return text;
}

}  // namespace

Json description() {
    Json paths = Json::object();
    for (const Route& route : routes()) {
        paths[path_of(route.pattern)][lower(route.method)] = operation_of(route);
    }
    return {{"openapi", "3.1.0"},
            {"info",
             {{"title", "mcpctl"},
              {"version", MCPCTL_VERSION},
              {"license", {{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}}}}},
            {"paths", std::move(paths)},
            {"components", described_components()}};
}

Task<Result<Response>> show_description(Call /*call*/) {
    co_return json_response(200, description());
}

}  // namespace mcpctl::http_bridge
