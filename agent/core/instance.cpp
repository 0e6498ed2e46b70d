#include "agent/core/instance.hpp"

#include <chrono>
#include <format>

namespace mcpctl {

WallTime wall_time_now() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return WallTime(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

std::string Instance::endpoint() const {
    if (config.server.speaks_stdio()) {
        return {};
    }
    std::string_view path = config.server.path;
    if (path.empty()) {
        path = config.server.transport == Transport::sse ? "/sse" : "/mcp";
    }
    return std::format("http://127.0.0.1:{}{}", port, path);
}

}  // namespace mcpctl
