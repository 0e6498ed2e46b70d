// Routes of health: as the agent's own checks have found it.
#include <nlohmann/json.hpp>

#include "ctl/output/json.hpp"
#include "http-bridge/handlers.hpp"
#include "http-bridge/lookup.hpp"
#include "http-bridge/problem.hpp"

namespace mcpctl::http_bridge {
namespace {

using Json = nlohmann::ordered_json;

Task<Result<ctl::HealthInfo>> health_of(const Call& call) {
    const auto path = co_await instance_path_of(call);
    if (!path) {
        co_return std::unexpected(path.error());
    }
    const auto text = co_await call.agent->call<std::string>(*path, dbus::instance_interface, "GetStatistics");
    if (!text) {
        if (text.error().code == ErrorCode::NotFound) {
            co_return no_such("instance", call.subject);
        }
        co_return std::unexpected(text.error());
    }
    co_return ctl::health_from(*text);
}

// 200 or 503 with the reason, for probes of other systems (M11).
Result<Response> probe_answer(std::string_view what, const std::string& value, bool well, const std::string& reason) {
    Json body{{what, value}};
    body["reason"] = reason.empty() ? Json(nullptr) : Json(reason);
    return json_response(well ? 200 : 503, body);
}

}  // namespace

Task<Result<Response>> ready(Call /*call*/) {
    // The token was shown to the agent on the way here, so it answers.
    co_return json_response(200, Json{{"ready", true}});
}

Task<Result<Response>> show_health(Call call) {
    const auto health = co_await health_of(call);
    if (!health) {
        co_return std::unexpected(health.error());
    }
    Json body{{"status", health->readiness == "ready" && !health->alert ? "healthy"
                         : health->readiness == "unknown"               ? "unknown"
                                                                        : "unhealthy"}};
    body.update(ctl::to_json(*health));
    body["alertThreshold"] = health->failure_threshold;
    co_return json_response(200, body);
}

Task<Result<Response>> show_liveness(Call call) {
    const auto health = co_await health_of(call);
    if (!health) {
        co_return std::unexpected(health.error());
    }
    co_return probe_answer("liveness", health->liveness, health->liveness == "alive", health->reason);
}

Task<Result<Response>> show_readiness(Call call) {
    const auto health = co_await health_of(call);
    if (!health) {
        co_return std::unexpected(health.error());
    }
    co_return probe_answer("readiness", health->readiness, health->readiness == "ready", health->reason);
}

}  // namespace mcpctl::http_bridge
