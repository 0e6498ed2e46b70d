#include "ctl/decode.hpp"

#include <format>
#include <string_view>

#include "dbus/names.hpp"

namespace mcpctl::ctl {
namespace {

template <class T>
void read(const Properties& properties, const char* name, T& value) {
    if (const auto found = properties.find(name); found != properties.end()) {
        value = found->second.get<T>();
    }
}

}  // namespace

AgentInfo agent_from(const Properties& properties) {
    AgentInfo agent;
    read(properties, "Version", agent.version);
    read(properties, "InstallationId", agent.installation_id);
    read(properties, "BusyReasons", agent.busy_reasons);
    return agent;
}

ServerInfo server_from(const Properties& properties) {
    ServerInfo server;
    read(properties, "Name", server.name);
    read(properties, "Description", server.description);
    read(properties, "Transport", server.transport);
    read(properties, "DefinedVersion", server.version);
    return server;
}

ProfileInfo profile_from(const Properties& properties) {
    ProfileInfo profile;
    read(properties, "Name", profile.name);
    read(properties, "Server", profile.server);
    read(properties, "Runtime", profile.runtime);
    read(properties, "Autostart", profile.autostart);
    return profile;
}

InstanceInfo instance_from(const std::string& path, const Properties& properties) {
    InstanceInfo instance;
    instance.path = path;
    read(properties, "Id", instance.id);
    read(properties, "Name", instance.name);
    read(properties, "Profile", instance.profile);
    read(properties, "Server", instance.server);
    read(properties, "Runtime", instance.runtime);
    read(properties, "Engine", instance.engine);
    read(properties, "ImageId", instance.image_id);
    read(properties, "UnreachableSince", instance.unreachable_since);
    read(properties, "Transport", instance.transport);
    read(properties, "State", instance.state);
    read(properties, "Desired", instance.desired);
    read(properties, "Generation", instance.generation);
    read(properties, "RuntimeId", instance.runtime_id);
    read(properties, "Unit", instance.unit);
    read(properties, "Port", instance.port);
    read(properties, "Endpoint", instance.endpoint);
    read(properties, "ReasonCode", instance.reason_code);
    read(properties, "Reason", instance.reason);
    read(properties, "Restarts", instance.restarts);
    read(properties, "Readiness", instance.readiness);
    read(properties, "Liveness", instance.liveness);
    read(properties, "Alert", instance.alert);
    read(properties, "HealthReason", instance.health_reason);
    read(properties, "HealthChangedAt", instance.health_changed_at);
    read(properties, "Sessions", instance.sessions);
    read(properties, "Standbys", instance.standbys);
    read(properties, "CreatedAt", instance.created_at);
    read(properties, "StartedAt", instance.started_at);
    return instance;
}

JobInfo job_from(const std::string& path, const Properties& properties) {
    JobInfo job;
    job.path = path;
    read(properties, "Id", job.id);
    read(properties, "Kind", job.kind);
    sdbus::ObjectPath instance;
    read(properties, "Instance", instance);
    job.instance_id = id_from_path(instance);
    read(properties, "CreatedAt", job.created_at);
    update(job, properties);
    return job;
}

void update(JobInfo& job, const Properties& changed) {
    read(changed, "State", job.state);
    read(changed, "Progress", job.progress);
    read(changed, "Error", job.error);
    read(changed, "Message", job.message);
    read(changed, "FinishedAt", job.finished_at);
}

std::string id_from_path(const std::string& path) {
    const std::string prefix = dbus::instance_path("");
    const std::string_view hex =
        std::string_view(path).starts_with(prefix) ? std::string_view(path).substr(prefix.size()) : std::string_view();
    if (hex.size() != 32) {
        return {};
    }
    return std::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4), hex.substr(16, 4),
                       hex.substr(20));
}

LogPage page_from(std::tuple<std::vector<std::string>, std::string, bool> answer) {
    auto& [lines, cursor, more] = answer;
    return {std::move(lines), std::move(cursor), more};
}

void set_unless_empty(Properties& options, const char* key, const std::string& value) {
    if (!value.empty()) {
        options[key] = sdbus::Variant(value);
    }
}

}  // namespace mcpctl::ctl
