// The agent is killed at random times under a mixed load, and what was acknowledged is compared with what is there
// (B01).
#pragma once

#include <cstdint>

namespace mcpctl::test {

struct KillTrial {
    int kills = 0;
    int acknowledgements = 0;  // at least so many, spread over the kills
    std::uint32_t seed = 0;
};

// Fails the GoogleTest test that calls it where something is lost, doubled or unowned; prints what happened.
void kill_at_random(const KillTrial& trial);

}  // namespace mcpctl::test
