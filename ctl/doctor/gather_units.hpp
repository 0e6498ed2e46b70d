// What systemd, polkit and the bus itself say.
#pragma once

#include "ctl/doctor/facts.hpp"
#include "ctl/doctor/system_bus.hpp"

namespace mcpctl::ctl {

void gather_from_bus(SystemBus& bus, Facts& facts);

}  // namespace mcpctl::ctl
