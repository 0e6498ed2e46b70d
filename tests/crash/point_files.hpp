// How a test and the crashing agent talk: one point per line.
#pragma once

namespace mcpctl::crash {

constexpr const char* point_directory = "/run/mcpctl-crash";
// Written by the test: where to die, one agent after the other.
constexpr const char* armed_points = "/run/mcpctl-crash/armed";
// Written by the agent: where it came by.
constexpr const char* passed_points = "/run/mcpctl-crash/passed";

}  // namespace mcpctl::crash
