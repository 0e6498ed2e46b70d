// The frame around the agent: command line, store, signals and the loop.
#pragma once

#include <functional>

#include "agent/app/agent.hpp"

namespace mcpctl {

// Puts something between the agent and its ports. Only tests do.
using PortsBetween = std::function<Ports(const Ports&)>;

// All of main(): returns the exit status.
int run_program(int argc, char** argv, const PortsBetween& between = {});

}  // namespace mcpctl
