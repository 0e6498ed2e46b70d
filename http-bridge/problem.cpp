#include "http-bridge/problem.hpp"

#include <nlohmann/json.hpp>
#include <utility>

namespace mcpctl::http_bridge {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& value) {
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

Response json_text_response(unsigned status, std::string body) {
    return {.status = status, .body = std::move(body) + '\n'};
}

Response json_response(unsigned status, const Json& body) {
    return json_text_response(status, text_of(body));
}

unsigned status_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::InvalidArgument:
            return 400;
        case ErrorCode::AccessDenied:
            return 403;
        case ErrorCode::NotFound:
            return 404;
        case ErrorCode::AlreadyExists:
        case ErrorCode::InUse:
        case ErrorCode::Busy:
        case ErrorCode::NotManaged:
        case ErrorCode::NotReady:
        case ErrorCode::Canceled:
            return 409;
        case ErrorCode::NotSupported:
            return 422;
        case ErrorCode::LimitsExceeded:
            return 429;
        case ErrorCode::StartFailed:
            return 502;
        case ErrorCode::Unavailable:
            return 503;
        case ErrorCode::TimedOut:
            return 504;
        case ErrorCode::StorageFailed:
            return 507;
        case ErrorCode::Internal:
            return 500;
    }
    std::unreachable();
}

Response problem(unsigned status, const Error& error) {
    Json body{{"status", status}, {"code", name_of(error.code)}, {"reason", error.reason}};
    if (!error.field.empty()) {
        body["field"] = error.field;
    }
    if (!error.hint.empty()) {
        body["hint"] = error.hint;
    }
    Response response = json_response(status, body);
    response.content_type = "application/problem+json";
    if (status == 401) {
        response.headers.emplace_back("WWW-Authenticate", "Bearer");
    }
    return response;
}

Response problem(const Error& error) {
    return problem(status_of(error.code), error);
}

}  // namespace mcpctl::http_bridge
