// What a workload may not do. The exposure score of these together is checked by a system test.
#pragma once

#include <cstdint>

#include "agent/core/definitions.hpp"
#include "agent/systemd/unit_property.hpp"

namespace mcpctl::systemd {

// `port` is the one that an HTTP server may bind.
void add_sandbox(UnitProperties& properties, const InstanceConfig& config, std::uint16_t port);

// Of the process that stands for a container. It holds the engine's socket, which is as good as root, so what the file
// system shows it makes no difference and is left as it is: mount namespaces are most of what a start costs.
void add_relay_sandbox(UnitProperties& properties);

}  // namespace mcpctl::systemd
