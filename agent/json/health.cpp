#include "agent/json/health.hpp"

#include "agent/core/enum_names.hpp"
#include "agent/json/document.hpp"

namespace mcpctl {
namespace {

using nlohmann::json;

json or_null(const std::optional<std::uint64_t>& number) {
    return number ? json(*number) : json(nullptr);
}

json encode(const HealthRecord& health, std::uint32_t failure_threshold) {
    const bool answered = health.latency.count() > 0;
    return {{"readiness", spelt(health.readiness)},
            {"liveness", spelt(health.liveness)},
            {"alert", health.alert},
            {"reason", health.reason},
            {"failureThreshold", failure_threshold},
            {"consecutiveFailures", health.consecutive_failures},
            {"consecutiveSuccesses", health.consecutive_successes},
            {"checks", health.checks},
            {"lastError", health.last_error},
            {"generation", spelt(health.generation)},
            {"latency", answered ? json(health.latency.count()) : json(nullptr)},
            {"lateness", health.lateness.count()},
            {"lastChecked", health.last_checked},
            {"lastTransition", health.last_transition}};
}

json encode(const RestartsByReason& restarts) {
    json object = json::object();
    for (const auto& [reason, count] : restarts) {
        object[std::string(spelt(reason))] = count;
    }
    return object;
}

}  // namespace

std::string health_to_json(const HealthRecord& health, std::uint32_t failure_threshold) {
    return write_document(encode(health, failure_threshold));
}

std::string statistics_to_json(const Statistics& statistics) {
    json object = encode(statistics.health, statistics.failure_threshold);
    object["memory"] = or_null(statistics.use.memory);
    object["cpu"] = or_null(statistics.use.cpu);
    object["tasks"] = or_null(statistics.use.tasks);
    object["uptime"] = or_null(statistics.uptime);
    object["restartsByReason"] = encode(statistics.restarts);
    object["logEntries"] = statistics.logs.entries;
    object["suppressedLogEntries"] = statistics.logs.suppressed;
    return write_document(object);
}

std::string history_to_json(const std::vector<HealthChange>& changes) {
    json array = json::array();
    for (const HealthChange& change : changes) {
        array.push_back({{"at", change.at},
                         {"readiness", spelt(change.readiness)},
                         {"liveness", spelt(change.liveness)},
                         {"alert", change.alert},
                         {"reason", change.reason}});
    }
    return write_document(array);
}

}  // namespace mcpctl
