#include <format>
#include <nlohmann/json.hpp>

#include "ctl/decode.hpp"

namespace mcpctl::ctl {
namespace {

using Json = nlohmann::json;

template <class T>
void read(const Json& object, const char* key, T& value) {
    value = object.value(key, value);
}

void read(const Json& object, const char* key, std::optional<std::uint64_t>& value) {
    if (const auto member = object.find(key); member != object.end() && !member->is_null()) {
        value = member->get<std::uint64_t>();
    }
}

std::unexpected<Error> unknown_form(const Json::exception& error) {
    return fail(ErrorCode::Internal, std::format("the agent's words on health have an unknown form: {}", error.what()),
                {}, "mcpctl and the agent may be of different versions: mcpctl version");
}

HealthChangeInfo change_from(const Json& object) {
    HealthChangeInfo change;
    read(object, "at", change.at);
    read(object, "readiness", change.readiness);
    read(object, "liveness", change.liveness);
    read(object, "alert", change.alert);
    read(object, "reason", change.reason);
    return change;
}

}  // namespace

Result<HealthInfo> health_from(std::string_view json) {
    try {
        const Json object = Json::parse(json);
        HealthInfo health;
        read(object, "readiness", health.readiness);
        read(object, "liveness", health.liveness);
        read(object, "alert", health.alert);
        read(object, "reason", health.reason);
        read(object, "failureThreshold", health.failure_threshold);
        read(object, "consecutiveFailures", health.consecutive_failures);
        read(object, "consecutiveSuccesses", health.consecutive_successes);
        read(object, "checks", health.checks);
        read(object, "lastError", health.last_error);
        read(object, "generation", health.generation);
        read(object, "latency", health.latency);
        read(object, "lateness", health.lateness);
        read(object, "lastChecked", health.last_checked);
        read(object, "lastTransition", health.last_transition);
        read(object, "memory", health.memory);
        read(object, "cpu", health.cpu);
        read(object, "tasks", health.tasks);
        read(object, "uptime", health.uptime);
        read(object, "restartsByReason", health.restarts_by_reason);
        read(object, "logEntries", health.log_entries);
        read(object, "suppressedLogEntries", health.suppressed_log_entries);
        return health;
    } catch (const Json::exception& error) {
        return unknown_form(error);
    }
}

Result<std::vector<HealthChangeInfo>> health_history_from(std::string_view json) {
    try {
        std::vector<HealthChangeInfo> changes;
        const Json array = Json::parse(json);
        for (const Json& object : array) {
            changes.push_back(change_from(object));
        }
        return changes;
    } catch (const Json::exception& error) {
        return unknown_form(error);
    }
}

}  // namespace mcpctl::ctl
