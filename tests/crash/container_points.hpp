// The points of what the agent does with an instance in a container. The agent dies between the engine and PID 1:
// before `launch` the container is made and its unit is not, between `kill` and `forget` the container is removed and
// its unit is still known. Points inside the store are left out: what it does does not depend on the runtime.
#pragma once

#include "tests/crash/point_table.hpp"

namespace mcpctl::test {

constexpr std::array container_start_points{
    Point{"before intent", Promise::nothing},
    Point{"after intent", Promise::stored},
    Point{"before inspect", Promise::stored},
    Point{"after inspect", Promise::stored},
    Point{"before port_holder", Promise::stored},
    Point{"after port_holder", Promise::stored},
    Point{"before launch", Promise::stored},
    Point{"after launch", Promise::acknowledged},
    Point{"before inspect again", Promise::acknowledged},
    Point{"after inspect again", Promise::acknowledged},
    Point{"before verify", Promise::acknowledged},
    Point{"after verify", Promise::acknowledged},
    Point{"before outcome", Promise::acknowledged},
    Point{"after outcome", Promise::acknowledged},
};

constexpr std::array container_restart_points{
    Point{"before intent", Promise::nothing},
    Point{"after intent", Promise::stored},
    Point{"before inspect", Promise::stored},
    Point{"after inspect", Promise::stored},
    Point{"before request_stop", Promise::stored},
    Point{"after request_stop", Promise::acknowledged},
    Point{"before inspect again", Promise::acknowledged},
    Point{"after inspect again", Promise::acknowledged},
    Point{"before kill", Promise::acknowledged},
    Point{"after kill", Promise::acknowledged},
    Point{"before forget", Promise::acknowledged},
    Point{"after forget", Promise::acknowledged},
    Point{"before record", Promise::acknowledged},
    Point{"after record", Promise::acknowledged},
    Point{"before port_holder", Promise::acknowledged},
    Point{"after port_holder", Promise::acknowledged},
    Point{"before launch", Promise::acknowledged},
    Point{"after launch", Promise::acknowledged},
    Point{"before verify", Promise::acknowledged},
    Point{"after verify", Promise::acknowledged},
    Point{"before outcome", Promise::acknowledged},
    Point{"after outcome", Promise::acknowledged},
};

constexpr std::array container_stop_points{
    Point{"before intent", Promise::nothing},
    Point{"after intent", Promise::stored},
    Point{"before inspect", Promise::stored},
    Point{"after inspect", Promise::stored},
    Point{"before request_stop", Promise::stored},
    Point{"after request_stop", Promise::acknowledged},
    Point{"before inspect again", Promise::acknowledged},
    Point{"after inspect again", Promise::acknowledged},
    Point{"before kill", Promise::acknowledged},
    Point{"after kill", Promise::acknowledged},
    Point{"before forget", Promise::acknowledged},
    Point{"after forget", Promise::acknowledged},
    Point{"before removal", Promise::acknowledged},
    Point{"after removal", Promise::acknowledged},
};

constexpr auto resumed_container_start_points = std::to_array<std::string_view>({
    "before inspect",
    "after inspect",
    "before port_holder",
    "after port_holder",
    "before launch",
    "after launch",
    "before verify",
    "after verify",
    "before inspect again",
    "after inspect again",
    "before outcome",
    "after outcome",
});

constexpr auto resumed_container_restart_points = std::to_array<std::string_view>({
    "before inspect",
    "after inspect",
    "before request_stop",
    "after request_stop",
    "before kill",
    "after kill",
    "before forget",
    "after forget",
    "before record",
    "after record",
    "before port_holder",
    "after port_holder",
    "before launch",
    "after launch",
    "before verify",
    "after verify",
    "before outcome",
    "after outcome",
});

constexpr auto resumed_container_stop_points = std::to_array<std::string_view>({
    "before inspect",
    "after inspect",
    "before request_stop",
    "after request_stop",
    "before kill",
    "after kill",
    "before forget",
    "after forget",
    "before removal",
    "after removal",
});

constexpr LifecyclePoints container_points{
    container_start_points,         container_restart_points,         container_stop_points,
    resumed_container_start_points, resumed_container_restart_points, resumed_container_stop_points};

}  // namespace mcpctl::test
