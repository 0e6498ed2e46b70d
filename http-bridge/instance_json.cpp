#include "http-bridge/instance_json.hpp"

#include <nlohmann/json.hpp>

#include "ctl/output/json.hpp"

namespace mcpctl::http_bridge {

nlohmann::ordered_json instance_json(const ctl::InstanceInfo& instance) {
    using Json = nlohmann::ordered_json;
    Json json = ctl::to_json(instance);
    json["status"] = instance.state;
    Json config;
    for (const char* key : {"profile", "server", "runtime", "engine", "imageId", "transport", "port", "endpoint"}) {
        config[key] = json[key];
    }
    json["config"] = std::move(config);
    return json;
}

}  // namespace mcpctl::http_bridge
