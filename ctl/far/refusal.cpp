#include "ctl/far/refusal.hpp"

#include <format>
#include <nlohmann/json.hpp>
#include <optional>

namespace mcpctl::ctl::far {
namespace {

using Json = nlohmann::json;

constexpr int no_token = 401;

std::string text_in(const Json& object, const char* key) {
    const auto member = object.find(key);
    return member != object.end() && member->is_string() ? member->get<std::string>() : std::string();
}

std::optional<Error> problem_in(const Answer& answer) {
    if (!answer.content_type.starts_with("application/problem+json")) {
        return std::nullopt;
    }
    const Json problem = Json::parse(answer.body, nullptr, false);
    if (!problem.is_object()) {
        return std::nullopt;
    }
    return Error{error_code_named(text_in(problem, "code")), text_in(problem, "reason"), text_in(problem, "field"),
                 text_in(problem, "hint")};
}

}  // namespace

Error refusal_of(const Answer& answer, const Address& address) {
    if (auto problem = problem_in(answer)) {
        if (answer.status == no_token) {
            problem->hint = "'mcpctl token create' on the machine makes one; MCPCTL_TOKEN or --token-file tells it";
        }
        return *std::move(problem);
    }
    if (answer.status / 100 == 3) {
        return {ErrorCode::Unavailable, std::format("{} sends us elsewhere: {}", address.name(), answer.location),
                "--host", "give that address"};
    }
    if (answer.status == no_token || answer.status == 403 || answer.status == 407) {
        return {ErrorCode::AccessDenied,
                std::format("{} answered with HTTP status {}, and it was not mcpctl's bridge that did", address.name(),
                            answer.status)};
    }
    return {ErrorCode::Unavailable,
            std::format("{} answered with HTTP status {}, and it was not mcpctl's bridge that did", address.name(),
                        answer.status),
            "--host", "is this the address of mcpctl-http-bridge?"};
}

bool may_pass(ErrorCode code) {
    return code == ErrorCode::Unavailable || code == ErrorCode::TimedOut || code == ErrorCode::LimitsExceeded;
}

}  // namespace mcpctl::ctl::far
