// The places at which the crashing agent can be made to die. Each has a name: the phase, before or after, and what.
#pragma once

#include <string_view>

namespace mcpctl::crash {

// Names from here on belong to this phase, and begin to be counted again.
void begin_phase(std::string_view phase);

// Notes that the place was reached, and dies there if it is the next one armed.
void pass(std::string_view moment, std::string_view what);

}  // namespace mcpctl::crash
