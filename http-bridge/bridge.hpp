// What all requests share.
#pragma once

#include "http-bridge/agent_links.hpp"
#include "http-bridge/agent_watch.hpp"
#include "http-bridge/telemetry.hpp"

namespace mcpctl::http_bridge {

struct Bridge {
    Telemetry telemetry;
    AgentLinks links;
    AgentWatches watches{telemetry, [this](const std::string& name) { links.token_revoked(name); }};
};

}  // namespace mcpctl::http_bridge
