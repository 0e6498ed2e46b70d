#include <cmath>
#include <format>
#include <nlohmann/json.hpp>

#include "agent/core/container_secrets.hpp"
#include "agent/docker/engine_messages.hpp"
#include "agent/json/document.hpp"

namespace mcpctl::docker {
namespace {

using nlohmann::json;

json binds(const Sandbox& sandbox) {
    json mounts = json::array();
    for (const auto& [paths, read_only] : {std::pair(&sandbox.read_paths, true), {&sandbox.write_paths, false}}) {
        for (const std::string& path : *paths) {
            mounts.push_back({{"Type", "bind"},
                              {"Source", path},
                              {"Target", path},
                              {"ReadOnly", read_only},
                              {"BindOptions", {{"Propagation", "rprivate"}}}});
        }
    }
    return mounts;
}

void add_limits(json& host, const Limits& limits) {
    if (limits.memory) {
        host["Memory"] = *limits.memory;
        host["MemorySwap"] = *limits.memory;  // of both together: none beside it
    }
    if (limits.cpu) {
        host["NanoCpus"] = std::int64_t(std::llround(*limits.cpu * 1e9));
    }
    if (limits.tasks) {
        host["PidsLimit"] = *limits.tasks;
    }
}

// All that a container may do is said here; nothing of a definition is passed through.
json host_settings(const Instance& instance, const EngineInfo& engine) {
    json host{{"CapDrop", {"ALL"}},
              {"SecurityOpt", {"no-new-privileges"}},
              {"ReadonlyRootfs", true},
              {"Tmpfs", {{"/tmp", "rw,nosuid,nodev,mode=1777"}}},
              // The agent and PID 1 see to restarts; the relay writes the log.
              {"RestartPolicy", {{"Name", "no"}}},
              {"LogConfig", {{"Type", "none"}}},
              {"Mounts", binds(instance.config.profile.sandbox)}};
    if (engine.init) {
        host["Init"] = true;
    }
    if (engine.slices) {
        host["CgroupParent"] = std::format("mcpctl-{}.slice", instance.id.hex());
    }
    if (instance.config.network() == Network::none) {
        host["NetworkMode"] = "none";
    }
    if (instance.port != 0) {
        host["PortBindings"][std::format("{}/tcp", instance.port)] = {
            {{"HostIp", "127.0.0.1"}, {"HostPort", std::to_string(instance.port)}}};
    }
    add_limits(host, instance.config.profile.limits);
    return host;
}

// As a bind of the old kind: what is mounted is made only when the container is started, by its relay.
void add_secrets(json& body, const InstanceConfig& config, const WorkloadRef& workload) {
    if (config.secrets().empty()) {
        return;
    }
    body["Env"].push_back(std::format("CREDENTIALS_DIRECTORY={}", secrets_in_container));
    json& host = body["HostConfig"];
    host["Binds"] = {
        std::format("{}:{}:ro,rprivate", secrets_of_container(container_name(workload)), secrets_in_container)};
    // A core file would hold them.
    host["Ulimits"] = {{{"Name", "core"}, {"Soft", 0}, {"Hard", 0}}};
}

}  // namespace

std::string create_request(const Instance& instance, std::uint64_t process, const std::string& installation_id,
                           const EngineInfo& engine) {
    const WorkloadRef workload{instance.id, instance.generation, process};
    const bool stdio = instance.config.server.speaks_stdio();
    json environment = json::array();
    for (const auto& [name, value] : instance.config.environment(instance.port)) {
        environment.push_back(std::format("{}={}", name, value));
    }
    json body{{"Image", instance.config.server.image},
              {"Env", std::move(environment)},
              {"Labels", container_labels(workload, installation_id, instance.config.profile.name)},
              {"AttachStdout", true},
              {"AttachStderr", true},
              {"Tty", false},
              {"HostConfig", host_settings(instance, engine)}};
    if (stdio) {
        body.update({{"AttachStdin", true}, {"OpenStdin", true}, {"StdinOnce", true}});
    } else {
        body["ExposedPorts"][std::format("{}/tcp", instance.port)] = json::object();
    }
    add_secrets(body, instance.config, workload);
    // Without arguments the image's own stand.
    if (const auto arguments = instance.config.argv(instance.port); !arguments.empty()) {
        body["Cmd"] = arguments;
    }
    return write_document(body);
}

std::vector<EnforcedSetting> enforced_on_container(const InstanceConfig& config) {
    Instance instance;
    instance.config = config;
    instance.port = config.server.port;
    const json host = host_settings(instance, {.slices = false, .init = true});
    std::vector<EnforcedSetting> settings;
    for (const auto& [name, value] : host.items()) {
        settings.push_back({"HostConfig." + name, write_document(value)});
    }
    for (const SecretUse& secret : config.secrets()) {
        settings.push_back({"Secret", std::format("{}/{}", secrets_in_container, secret.name)});
    }
    return settings;
}

}  // namespace mcpctl::docker
