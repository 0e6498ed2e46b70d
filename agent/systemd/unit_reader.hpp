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
    std::string freezer_state;

    [[nodiscard]] bool carries(std::string_view mark) const;
};

// Missing properties, and those of another type, are left at their defaults.
[[nodiscard]] UnitSnapshot read_snapshot(const PropertyMap& properties);

Task<Result<UnitSnapshot>> read_unit(Pid1& pid1, std::string unit);

// A unit as PID 1 has just listed it: of one that runs, only what the listing does not tell is asked for.
Task<Result<UnitSnapshot>> read_listed(Pid1& pid1, ListedUnit unit);

}  // namespace mcpctl::systemd
