#include "agent/json/members.hpp"

#include "agent/core/enum_names.hpp"

namespace mcpctl {
namespace {

using nlohmann::json;

void decode_run(ObjectReader& server, ServerDefinition& target) {
    server.require("run");
    if (const json* value = server.find("run")) {
        ObjectReader run(*value, server.path_of("run"), {"command", "image", "args"}, server.mistake());
        run.texts("command", target.command);
        run.text("image", target.image);
        run.texts("args", target.args);
    }
}

void decode_secrets(ObjectReader& owner, std::vector<SecretUse>& target) {
    const json* value = owner.find("secrets");
    if (value == nullptr) {
        return;
    }
    if (!value->is_array()) {
        owner.refuse("secrets", "not an array of objects", R"(for example [{"name": "api-key", "env": "API_KEY"}])");
        return;
    }
    for (const json& element : *value) {
        const std::string path = std::format("{}[{}]", owner.path_of("secrets"), target.size());
        ObjectReader secret(element, path, {"name", "env"}, owner.mistake());
        SecretUse& use = target.emplace_back();
        secret.required_text("name", use.name);
        secret.text("env", use.env);
    }
}

void decode_limits(ObjectReader& profile, Limits& target) {
    if (const json* value = profile.find("limits")) {
        ObjectReader limits(*value, profile.path_of("limits"), {"memory", "cpu", "tasks"}, profile.mistake());
        limits.bytes("memory", target.memory);
        limits.positive("cpu", target.cpu);
        limits.integer("tasks", target.tasks);
    }
}

void decode_restart(ObjectReader& profile, RestartPolicy& target) {
    if (const json* value = profile.find("restart")) {
        ObjectReader restart(*value, profile.path_of("restart"),
                             {"policy", "initialDelay", "maxDelay", "maxAttempts", "resetAfter"}, profile.mistake());
        restart.choice("policy", target.mode);
        restart.duration("initialDelay", target.initial_delay);
        restart.duration("maxDelay", target.max_delay);
        restart.integer("maxAttempts", target.max_attempts);
        restart.duration("resetAfter", target.reset_after);
    }
}

void decode_health(ObjectReader& profile, HealthPolicy& target) {
    const json* value = profile.find("health");
    if (value == nullptr) {
        return;
    }
    ObjectReader health(*value, profile.path_of("health"),
                        {"interval", "timeout", "failureThreshold", "unhealthyAfter", "onUnhealthy"},
                        profile.mistake());
    health.duration("interval", target.interval);
    health.duration("timeout", target.timeout);
    health.integer("failureThreshold", target.failure_threshold);
    if (health.find("unhealthyAfter") != nullptr) {
        health.duration("unhealthyAfter", target.unhealthy_after.emplace());
    }
    health.choice("onUnhealthy", target.on_unhealthy);
}

void decode_sandbox(ObjectReader& profile, Sandbox& target) {
    const json* value = profile.find("sandbox");
    if (value == nullptr) {
        return;
    }
    ObjectReader sandbox(*value, profile.path_of("sandbox"), {"network", "readPaths", "writePaths", "jit"},
                         profile.mistake());
    sandbox.choice("network", target.network);
    sandbox.texts("readPaths", target.read_paths);
    sandbox.texts("writePaths", target.write_paths);
    sandbox.flag("jit", target.jit);
}

// Only the ways of running that it has.
json encode_run(const ServerDefinition& server) {
    json run = json::object();
    if (!server.command.empty()) {
        run["command"] = server.command;
    }
    if (!server.image.empty()) {
        run["image"] = server.image;
        run["args"] = server.args;
    }
    return run;
}

json encode(const std::vector<SecretUse>& secrets) {
    json list = json::array();
    for (const SecretUse& secret : secrets) {
        json& element = list.emplace_back(json{{"name", secret.name}});
        if (!secret.env.empty()) {
            element["env"] = secret.env;
        }
    }
    return list;
}

json encode(const Limits& limits) {
    json value = json::object();
    if (limits.memory) {
        value["memory"] = *limits.memory;
    }
    if (limits.cpu) {
        value["cpu"] = *limits.cpu;
    }
    if (limits.tasks) {
        value["tasks"] = *limits.tasks;
    }
    return value;
}

json encode(const RestartPolicy& restart) {
    return {{"policy", spelt(restart.mode)},
            {"initialDelay", format_duration(restart.initial_delay)},
            {"maxDelay", format_duration(restart.max_delay)},
            {"maxAttempts", restart.max_attempts},
            {"resetAfter", format_duration(restart.reset_after)}};
}

json encode(const HealthPolicy& health) {
    json value{{"interval", format_duration(health.interval)},
               {"timeout", format_duration(health.timeout)},
               {"failureThreshold", health.failure_threshold},
               {"onUnhealthy", spelt(health.on_unhealthy)}};
    if (health.unhealthy_after) {
        value["unhealthyAfter"] = format_duration(*health.unhealthy_after);
    }
    return value;
}

json encode(const Sandbox& sandbox) {
    json value{{"readPaths", sandbox.read_paths}, {"writePaths", sandbox.write_paths}, {"jit", sandbox.jit}};
    if (sandbox.network) {
        value["network"] = spelt(*sandbox.network);
    }
    return value;
}

}  // namespace

ServerDefinition decode_server(const json& value, const std::string& path, Mistake& mistake) {
    ServerDefinition server;
    ObjectReader reader(
        value, path, {"name", "description", "version", "transport", "run", "port", "path", "env", "secrets"}, mistake);
    reader.required_text("name", server.name);
    reader.text("description", server.description);
    reader.text("version", server.version);
    reader.choice("transport", server.transport);
    decode_run(reader, server);
    reader.integer("port", server.port);
    reader.text("path", server.path);
    reader.environment("env", server.env);
    decode_secrets(reader, server.secrets);
    return server;
}

ProfileDefinition decode_profile(const json& value, const std::string& path, Mistake& mistake) {
    ProfileDefinition profile;
    ObjectReader reader(
        value, path,
        {"name", "server", "runtime", "user", "engine", "pull", "env", "secrets", "args", "limits", "restart", "health",
         "drainTimeout", "maxDrainTimeout", "startTimeout", "standby", "maxSessions", "sandbox", "autostart"},
        mistake);
    reader.required_text("name", profile.name);
    reader.required_text("server", profile.server);
    reader.choice("runtime", profile.runtime);
    reader.text("user", profile.user);
    reader.text("engine", profile.engine);
    reader.choice("pull", profile.pull);
    reader.environment("env", profile.env);
    decode_secrets(reader, profile.secrets);
    reader.texts("args", profile.args);
    decode_limits(reader, profile.limits);
    decode_restart(reader, profile.restart);
    decode_health(reader, profile.health);
    reader.duration("drainTimeout", profile.drain_timeout);
    reader.duration("maxDrainTimeout", profile.max_drain_timeout);
    reader.duration("startTimeout", profile.start_timeout);
    reader.integer("standby", profile.standby);
    reader.integer("maxSessions", profile.max_sessions);
    decode_sandbox(reader, profile.sandbox);
    reader.flag("autostart", profile.autostart);
    return profile;
}

InstanceConfig decode_config(const json& value, const std::string& path, Mistake& mistake) {
    InstanceConfig config;
    ObjectReader reader(value, path, {"server", "profile"}, mistake);
    reader.require("server");
    reader.require("profile");
    if (const json* server = reader.find("server")) {
        config.server = decode_server(*server, reader.path_of("server"), mistake);
    }
    if (const json* profile = reader.find("profile")) {
        config.profile = decode_profile(*profile, reader.path_of("profile"), mistake);
    }
    return config;
}

json encode(const ServerDefinition& server) {
    return {{"name", server.name},
            {"description", server.description},
            {"version", server.version},
            {"transport", spelt(server.transport)},
            {"run", encode_run(server)},
            {"port", server.port},
            {"path", server.path},
            {"env", server.env},
            {"secrets", encode(server.secrets)}};
}

json encode(const ProfileDefinition& profile) {
    return {{"name", profile.name},
            {"server", profile.server},
            {"runtime", spelt(profile.runtime)},
            {"user", profile.user},
            {"engine", profile.engine},
            {"pull", spelt(profile.pull)},
            {"env", profile.env},
            {"secrets", encode(profile.secrets)},
            {"args", profile.args},
            {"limits", encode(profile.limits)},
            {"restart", encode(profile.restart)},
            {"health", encode(profile.health)},
            {"drainTimeout", format_duration(profile.drain_timeout)},
            {"maxDrainTimeout", format_duration(profile.max_drain_timeout)},
            {"startTimeout", format_duration(profile.start_timeout)},
            {"standby", profile.standby},
            {"maxSessions", profile.max_sessions},
            {"sandbox", encode(profile.sandbox)},
            {"autostart", profile.autostart}};
}

json encode(const InstanceConfig& config) {
    return {{"server", encode(config.server)}, {"profile", encode(config.profile)}};
}

}  // namespace mcpctl
