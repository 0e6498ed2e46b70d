#include "agent/probe/check.hpp"

#include <format>

namespace mcpctl {
namespace {

constexpr int unauthorized = 401;

bool asks_for_a_token(const http::Headers& headers, int status) {
    return status == unauthorized && !http::header(headers, "WWW-Authenticate").empty();
}

}  // namespace

Result<void> Allowance::spend(std::size_t received) {
    if (received > bytes) {
        return fail(ErrorCode::LimitsExceeded, std::format("more than {} KiB", most_check_bytes / 1024));
    }
    bytes -= received;
    return {};
}

Error refusal(const http::Headers& headers, int status, std::string_view method) {
    if (asks_for_a_token(headers, status)) {
        return {ErrorCode::AccessDenied, "the server asks for authorization"};
    }
    const std::string_view more = status == 200       ? ", but without a message"
                                  : status / 100 == 3 ? ", and redirects are not followed"
                                                      : "";
    return {ErrorCode::NotSupported, std::format("the server answered {} with HTTP status {}{}", method, status, more)};
}

std::string told(const Error& error, std::string_view method, Duration timeout) {
    switch (error.code) {
        case ErrorCode::TimedOut:
            return std::format("the server did not answer {} within {}", method, format_duration(timeout));
        case ErrorCode::LimitsExceeded:
            return std::format("the server answered {} with more than {} KiB", method, most_check_bytes / 1024);
        case ErrorCode::Unavailable:
            return std::format("the server could not be asked {}: {}", method, error.reason);
        default:
            return error.reason;
    }
}

}  // namespace mcpctl
