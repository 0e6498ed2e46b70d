// What a plan has to know about the machine, so that tests can plan for another one.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace mcpctl::ctl {

enum class PathKind : std::uint8_t { none, file, directory };

struct Machine {
    std::function<std::optional<std::string>(const std::string& name)> environment;
    std::function<PathKind(const std::string& path)> kind_of;
    // Nothing where it cannot be read, or is too large for what it should be.
    std::function<std::optional<std::string>(const std::string& path)> text_of;
    std::string home;

    [[nodiscard]] static Machine here();
};

}  // namespace mcpctl::ctl
