// The names under which systemd knows our workloads: mcpctl-<id as 32 hex digits>-<generation>.service, with a process
// number mcpctl-<id>-<generation>-<process as 16 hex digits>.service, in mcpctl-<id>.slice, which its name puts below
// mcpctl.slice.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent/core/runtime.hpp"

namespace mcpctl::systemd {

// Matches every unit that could be ours, for listings.
constexpr std::string_view workload_pattern = "mcpctl-*.service";

[[nodiscard]] std::string unit_name(const WorkloadRef& workload);
[[nodiscard]] std::string slice_name(const InstanceId& instance);
// Matches the units of all generations and processes of an instance.
[[nodiscard]] std::string unit_pattern(const InstanceId& instance);

// Only exactly what unit_name() gives is accepted.
[[nodiscard]] std::optional<WorkloadRef> parse_unit_name(std::string_view name);

// Matches the slices of all instances.
constexpr std::string_view slice_pattern = "mcpctl-*.slice";
[[nodiscard]] std::optional<InstanceId> parse_slice_name(std::string_view name);

// mcpctl's own services, which match workload_pattern and are no workloads.
[[nodiscard]] bool is_own_service(std::string_view name);

}  // namespace mcpctl::systemd
