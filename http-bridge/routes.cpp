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

constexpr std::string_view log_parameters = "tail cursor since until level grep limit backward";

constexpr std::array table{
    Route{"GET", "readyz", "", ready},
    Route{"POST", "api/instances", "control", start_instance},
    Route{"GET", "api/instances", "view", list_instances, "state profile server limit after"},
    Route{"GET", "api/instances/{}", "view", show_instance},
    Route{"DELETE", "api/instances/{}", "control", stop_instance, "drainTimeout"},
    Route{"POST", "api/instances/{}/restart", "control", restart_instance, "drainTimeout refresh"},
    Route{"GET", "api/instances/{}/health", "view", show_health},
    Route{"GET", "api/instances/{}/health/live", "view", show_liveness},
    Route{"GET", "api/instances/{}/health/ready", "view", show_readiness},
    Route{"GET", "api/instances/{}/logs", "logs", show_logs, log_parameters},
    Route{"GET", "api/jobs/{}", "view", show_job},
    Route{"DELETE", "api/jobs/{}", "control", cancel_job},
    Route{"GET", "api/profiles", "view", list_profiles},
    Route{"GET", "api/profiles/{}", "view", show_profile},
    Route{"GET", "api/servers", "view", list_servers},
    Route{"GET", "api/servers/{}", "view", show_server},
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
