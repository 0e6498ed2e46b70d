#include "http-bridge/gateway.hpp"

#include <algorithm>
#include <format>

#include "base/journal.hpp"
#include "http-bridge/bearer.hpp"
#include "http-bridge/problem.hpp"
#include "http-bridge/routes.hpp"

namespace mcpctl::http_bridge {
namespace {

constexpr std::string_view token_protocol = "mcpctl.token.";

Response refused(unsigned status, ErrorCode code, std::string reason, std::string field) {
    return problem(status, {code, std::move(reason), std::move(field)});
}

bool is_listed(const std::vector<std::string>& list, const std::string& value) {
    return std::ranges::contains(list, value);
}

Response unauthorized() {
    return problem(401, {ErrorCode::AccessDenied, "it takes a token that counts", "Authorization",
                         "Authorization: Bearer TOKEN, made with mcpctl token create"});
}

Response no_route(const Found& found) {
    if (found.allowed.empty()) {
        return refused(404, ErrorCode::NotFound, "there is no such path", "path");
    }
    Response response = refused(405, ErrorCode::NotSupported, "not with this method", "method");
    response.headers.emplace_back("Allow", found.allowed);
    return response;
}

Result<Request> request_from(Head head, Target target, std::string body) {
    auto prefer = parse_prefer(head.prefer);
    if (!prefer) {
        return std::unexpected(prefer.error());
    }
    return Request{.method = std::move(head.method),
                   .target = std::move(target),
                   .prefer = *prefer,
                   .content_type = std::move(head.content_type),
                   .body = std::move(body),
                   .last_event_id = std::move(head.last_event_id)};
}

// In the header Authorization, or among the subprotocols that a browser's WebSocket offers, which cannot send that
// header. Only one of them: what could be read in two ways is not read at all.
std::optional<std::string> token_of(const Head& head) {
    std::vector<std::string> shown = head.authorizations;
    for (const std::string& protocol : head.protocols) {
        if (protocol.starts_with(token_protocol)) {
            shown.push_back("Bearer " + protocol.substr(token_protocol.size()));
        }
    }
    return shown.size() == 1 ? bearer_token(shown.front()) : std::nullopt;
}

}  // namespace

std::optional<Response> refuse_head(const Head& head, const Configuration& configuration) {
    if (head.hosts.size() != 1) {
        return refused(400, ErrorCode::InvalidArgument, "a request has one Host", "Host");
    }
    if (!is_listed(configuration.hosts, head.hosts.front())) {
        return refused(421, ErrorCode::AccessDenied, "this Host is not served here: hosts in http-bridge.toml", "Host");
    }
    if (head.origins.size() > 1 || (head.origins.size() == 1 && !is_listed(configuration.origins, head.origins[0]))) {
        return refused(403, ErrorCode::AccessDenied, "this Origin may not call: origins in http-bridge.toml", "Origin");
    }
    // Bodies are small here: what could be read in two ways is not read at all.
    if (head.has_transfer_encoding) {
        return refused(411, ErrorCode::NotSupported, "a body comes with its Content-Length", "Transfer-Encoding");
    }
    if (!head.content_encoding.empty()) {
        return refused(415, ErrorCode::NotSupported, "a body is not compressed", "Content-Encoding");
    }
    return std::nullopt;
}

Task<Response> Gateway::answer(Head head, std::string body, std::string peer) {
    const auto begun = Clock::now();
    const std::string method = head.method;
    std::string_view route;
    Response response;
    try {
        auto answer = co_await dispatch(std::move(head), std::move(body), std::move(peer), route);
        response = answer ? *std::move(answer) : problem(answer.error());
    } catch (const std::exception& defect) {
        log::error(std::format("a request could not be answered: {}", defect.what()));
        response = problem({ErrorCode::Internal, "the bridge could not answer; its journal tells more"});
    }
    bridge_.telemetry.answered(method, route, response.status, Clock::now() - begun);
    co_return response;
}

Task<Result<Response>> Gateway::dispatch(Head head, std::string body, std::string peer, std::string_view& route) {
    auto target = parse_target(head.target);
    if (!target) {
        co_return std::unexpected(target.error());
    }
    Found found = find_route(head.method, target->segments);
    route = found.route == nullptr ? std::string_view() : found.route->pattern;
    if (found.route != nullptr && found.route->scope == no_token) {
        co_return Response{.content_type = "text/plain", .body = "ok\n"};
    }
    auto token = token_of(head);
    if (!token) {
        co_return unauthorized();
    }
    auto agent = co_await bridge_.links.of(*std::move(token), std::move(peer));
    if (!agent) {
        if (agent.error().code == ErrorCode::AccessDenied) {
            co_return unauthorized();
        }
        co_return std::unexpected(agent.error());
    }
    if (found.route == nullptr) {
        co_return no_route(found);
    }
    if (!found.route->scope.empty() && !(*agent)->token().has(found.route->scope)) {
        co_return fail(ErrorCode::AccessDenied, std::format("the token has no scope {}", found.route->scope),
                       "Authorization");
    }
    if (auto known = check_parameters(*found.route, *target); !known) {
        co_return std::unexpected(known.error());
    }
    auto request = request_from(std::move(head), *std::move(target), std::move(body));
    if (!request) {
        co_return std::unexpected(request.error());
    }
    auto response = co_await found.route->handle({bridge_, *agent, *std::move(request), std::move(found.subject)});
    if (response && response->source) {
        (*agent)->wake_at_end(response->source);
    }
    co_return response;
}

}  // namespace mcpctl::http_bridge
