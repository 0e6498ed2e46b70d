// A unit's properties as PID 1 sends them, read into typed values.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent/systemd/pid1.hpp"
#include "agent/systemd/unit_status.hpp"

namespace mcpctl::systemd {

struct UnitSnapshot {
    UnitState state;
    std::vector<std::string> log_extra_fields;

    [[nodiscard]] bool carries(std::string_view mark) const;
};

// Missing properties, and those of another type, are left at their defaults.
[[nodiscard]] UnitSnapshot read_snapshot(const PropertyMap& properties);

Task<Result<UnitSnapshot>> read_unit(Pid1& pid1, std::string unit);

}  // namespace mcpctl::systemd
