#include "http-bridge/routes.hpp"

#include <algorithm>
#include <array>
#include <format>
#include <optional>
#include <ranges>

#include "base/shown.hpp"
#include "http-bridge/handlers.hpp"

namespace mcpctl::http_bridge {
namespace {

constexpr std::string_view page_parameters = "tail cursor since until level grep limit backward";
constexpr std::string_view follow_parameters = "tail cursor since level grep";

constexpr std::array table{
    Route{"GET", "livez", no_token, nullptr, "", "Whether the bridge runs", "200"},
    Route{"GET", "readyz", "", ready, "", "Whether the agent answers", "200"},
    Route{"GET", "openapi.json", "", show_description, "", "This description", "200"},
    Route{"GET", "metrics", "view", show_metrics, "", "Metrics in the text format of Prometheus", "200"},
    Route{"POST", "api/instances", "control", start_instance, "", "Starts an instance of a profile",
          "201 202 404 409 411 413 415 502"},
    Route{"GET", "api/instances", "view", list_instances, "state profile server limit after",
          "A page of the instances, by name", "200"},
    Route{"GET", "api/instances/{}", "view", show_instance, "", "An instance", "200 404"},
    Route{"DELETE", "api/instances/{}", "control", stop_instance, "drainTimeout", "Stops and removes an instance",
          "200 202 404"},
    Route{"POST", "api/instances/{}/restart", "control", restart_instance, "drainTimeout refresh",
          "Stops an instance and starts it again", "200 202 404"},
    Route{"GET", "api/instances/{}/health", "view", show_health, "", "What checks have found", "200 404"},
    Route{"GET", "api/instances/{}/health/live", "view", show_liveness, "", "Whether its process runs, for probes",
          "200 404 503"},
    Route{"GET", "api/instances/{}/health/ready", "view", show_readiness, "", "Whether it answers, for probes",
          "200 404 503"},
    Route{"GET", "api/instances/{}/logs", "logs", show_logs, page_parameters, "A page of what it wrote", "200 404"},
    Route{"GET", "api/instances/{}/logs/stream", "logs", stream_logs, follow_parameters,
          "What it writes, as it comes: Server-Sent Events, or a WebSocket where the request is an upgrade",
          "101 200 404"},
    Route{"GET", "api/events", "view", stream_events, "",
          "Every change, as it comes: Server-Sent Events or a WebSocket", "101 200"},
    Route{"GET", "api/jobs/{}", "view", show_job, "", "A job", "200 404"},
    Route{"DELETE", "api/jobs/{}", "control", cancel_job, "", "Cancels a start", "200 404 422"},
    Route{"GET", "api/profiles", "view", list_profiles, "", "The profiles", "200"},
    Route{"GET", "api/profiles/{}", "view", show_profile, "", "A profile", "200 404"},
    Route{"GET", "api/servers", "view", list_servers, "", "The servers", "200"},
    Route{"GET", "api/servers/{}", "view", show_server, "", "A server", "200 404"},
};

// The segment that stands for {}, empty where there is none; nothing where the path is another one.
std::optional<std::string> match(std::string_view pattern, const std::vector<std::string>& segments) {
    std::string subject;
    std::size_t at = 0;
    for (const auto part : pattern | std::views::split('/')) {
        const std::string_view expected(part);
        if (at == segments.size() || (expected != "{}" && expected != segments[at])) {
            return std::nullopt;
        }
        if (expected == "{}") {
            subject = segments[at];
        }
        ++at;
    }
    return at == segments.size() ? std::optional(subject) : std::nullopt;
}

bool is_among(std::string_view word, std::string_view words) {
    return std::ranges::any_of(words | std::views::split(' '),
                               [&](const auto& each) { return std::string_view(each) == word; });
}

}  // namespace

std::span<const Route> routes() {
    return table;
}

Found find_route(std::string_view method, const std::vector<std::string>& segments) {
    Found found;
    for (const Route& route : table) {
        auto subject = match(route.pattern, segments);
        if (!subject) {
            continue;
        }
        if (route.method == method) {
            return {.route = &route, .subject = *std::move(subject)};
        }
        found.allowed.append(found.allowed.empty() ? "" : ", ").append(route.method);
    }
    return found;
}

Result<void> check_parameters(const Route& route, const Target& target) {
    for (const auto& [key, value] : target.query) {
        if (!is_among(key, route.parameters)) {
            return fail(
                ErrorCode::InvalidArgument, std::format("there is no parameter {}", shown(key)), key,
                route.parameters.empty() ? "there are none here" : std::format("some of: {}", route.parameters));
        }
    }
    return {};
}

}  // namespace mcpctl::http_bridge
