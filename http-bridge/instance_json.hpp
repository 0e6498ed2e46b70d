// An instance as callers of HTTP see it.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "ctl/model.hpp"

namespace mcpctl::http_bridge {

// As everywhere, and what callers of HTTP look for: "status", and "config", which is what of the configuration is
// public. The rest takes the right to define.
[[nodiscard]] nlohmann::ordered_json instance_json(const ctl::InstanceInfo& instance);

}  // namespace mcpctl::http_bridge
