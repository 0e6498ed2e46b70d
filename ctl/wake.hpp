// Why a wait ended.
#pragma once

#include <chrono>
#include <cstdint>

namespace mcpctl::ctl {

using SteadyClock = std::chrono::steady_clock;

enum class Wake : std::uint8_t {
    done,
    deadline,
    interrupted,
    lost,  // the connection broke, or the agent that we wait for left the bus
};

}  // namespace mcpctl::ctl
