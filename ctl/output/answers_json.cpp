// What the agent tells, as JSON.
#include <nlohmann/json.hpp>

#include "ctl/output/json.hpp"
#include "ctl/output/time_text.hpp"
#include "dbus/errors.hpp"

namespace mcpctl::ctl {
namespace {

using Json = nlohmann::ordered_json;

Json time_or_null(std::uint64_t microseconds) {
    return microseconds == 0 ? Json(nullptr) : Json(rfc3339(microseconds));
}

Json text_or_null(const std::string& text) {
    return text.empty() ? Json(nullptr) : Json(text);
}

Json number_or_null(const std::optional<std::uint64_t>& number) {
    return number ? Json(*number) : Json(nullptr);
}

}  // namespace

Json to_json(const ServerInfo& server) {
    return {{"name", server.name},
            {"description", server.description},
            {"transport", server.transport},
            {"version", text_or_null(server.version)}};
}

Json to_json(const ProfileInfo& profile) {
    return {{"name", profile.name},
            {"server", profile.server},
            {"runtime", profile.runtime},
            {"autostart", profile.autostart}};
}

Json to_json(const InstanceInfo& instance) {
    return {{"id", instance.id},
            {"name", instance.name},
            {"profile", instance.profile},
            {"server", instance.server},
            {"runtime", instance.runtime},
            {"runtimeId", text_or_null(instance.runtime_id)},
            {"engine", text_or_null(instance.engine)},
            {"imageId", text_or_null(instance.image_id)},
            {"unreachableSince", time_or_null(instance.unreachable_since)},
            {"transport", instance.transport},
            {"state", instance.state},
            {"desired", instance.desired},
            {"generation", instance.generation},
            {"unit", text_or_null(instance.unit)},
            {"port", instance.port == 0 ? Json(nullptr) : Json(instance.port)},
            {"endpoint", text_or_null(instance.endpoint)},
            {"reasonCode", text_or_null(instance.reason_code)},
            {"reason", text_or_null(instance.reason)},
            {"restarts", instance.restarts},
            {"readiness", text_or_null(instance.readiness)},
            {"liveness", text_or_null(instance.liveness)},
            {"alert", instance.alert},
            {"healthReason", text_or_null(instance.health_reason)},
            {"healthChangedAt", time_or_null(instance.health_changed_at)},
            {"sessions", instance.has_sessions() ? Json(instance.sessions) : Json(nullptr)},
            {"standbys", instance.has_sessions() ? Json(instance.standbys) : Json(nullptr)},
            {"createdAt", time_or_null(instance.created_at)},
            {"startedAt", time_or_null(instance.started_at)}};
}

Json to_json(const JobInfo& job) {
    Json error = nullptr;
    if (!job.error.empty()) {
        const Error parsed = dbus::error_from(job.error, job.message);
        error = {{"code", job.error},
                 {"reason", parsed.reason},
                 {"field", text_or_null(parsed.field)},
                 {"hint", text_or_null(parsed.hint)}};
    }
    return {{"id", job.id},
            {"kind", job.kind},
            {"instanceId", text_or_null(job.instance_id)},
            {"state", job.state},
            {"progress", job.progress},
            {"error", std::move(error)},
            {"createdAt", time_or_null(job.created_at)},
            {"finishedAt", time_or_null(job.finished_at)}};
}

Json to_json(const SessionInfo& session) {
    return {{"instance", session.instance},
            {"session", session.id},
            {"unit", text_or_null(session.unit)},
            {"pid", session.pid == 0 ? Json(nullptr) : Json(session.pid)},
            {"state", session.state},
            {"cold", session.cold},
            {"peerUid", session.peer_uid},
            {"peerPid", session.peer_pid == 0 ? Json(nullptr) : Json(session.peer_pid)},
            {"generation", session.generation},
            {"openedAt", time_or_null(session.opened_at)},
            {"endedAt", time_or_null(session.ended_at)},
            {"reasonCode", text_or_null(session.reason_code)},
            {"reason", text_or_null(session.reason)}};
}

Json to_json(const TokenInfo& token) {
    return {{"name", token.name},
            {"scopes", token.scopes},
            {"profiles", token.profiles},
            {"createdByUid", token.created_by},
            {"createdAt", time_or_null(token.created_at)},
            {"expiresAt", time_or_null(token.expires_at)},
            {"lastUsedAt", time_or_null(token.last_used_at)}};
}

Json to_json(const SecretInfo& secret) {
    return {{"name", secret.name}, {"setAt", time_or_null(secret.set_at)}, {"usedBy", secret.used_by}};
}

Json to_json(const HealthInfo& health) {
    return {{"readiness", health.readiness},
            {"liveness", health.liveness},
            {"alert", health.alert},
            {"reason", text_or_null(health.reason)},
            {"failureThreshold", health.failure_threshold},
            {"consecutiveFailures", health.consecutive_failures},
            {"consecutiveSuccesses", health.consecutive_successes},
            {"checks", health.checks},
            {"lastError", text_or_null(health.last_error)},
            {"generation", health.generation},
            {"latencyMicroseconds", number_or_null(health.latency)},
            {"latenessMicroseconds", health.lateness},
            {"lastChecked", time_or_null(health.last_checked)},
            {"lastTransition", time_or_null(health.last_transition)},
            {"memoryBytes", number_or_null(health.memory)},
            {"cpuMicroseconds", number_or_null(health.cpu)},
            {"tasks", number_or_null(health.tasks)},
            {"uptimeMicroseconds", number_or_null(health.uptime)}};
}

Json to_json(const HealthChangeInfo& change) {
    return {{"at", time_or_null(change.at)},
            {"readiness", change.readiness},
            {"liveness", change.liveness},
            {"alert", change.alert},
            {"reason", text_or_null(change.reason)}};
}

}  // namespace mcpctl::ctl
