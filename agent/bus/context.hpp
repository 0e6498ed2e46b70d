// What the bus objects work with: the core, and nothing of other rooms.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "agent/core/catalog.hpp"
#include "agent/core/lifecycle.hpp"
#include "agent/core/registry.hpp"
#include "agent/core/runtime.hpp"

namespace mcpctl::bus {

struct Context {
    asio::any_io_executor executor;
    Registry& registry;
    Catalog& catalog;
    Lifecycle& lifecycle;
    Runtime& runtime;
    std::string installation_id;
    std::function<std::string(const Instance&)> unit_of;     // name of the main workload's unit
    std::function<std::vector<std::string>()> busy_reasons;  // why the agent does not exit
    std::function<void()> called;                            // a call has come, or is answered
};

}  // namespace mcpctl::bus
