#include "agent/systemd/unit_name.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <format>

namespace mcpctl::systemd {
namespace {

constexpr std::string_view prefix = "mcpctl-";
constexpr std::string_view suffix = ".service";
constexpr std::size_t hex_length = 32;
constexpr std::array<std::string_view, 2> own_services{"mcpctl-agent.service", "mcpctl-http-bridge.service"};

bool read_number(std::string_view digits, int base, std::uint64_t& number) {
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number, base);
    return error == std::errc() && end == digits.data() + digits.size();
}

}  // namespace

std::string unit_name(const WorkloadRef& workload) {
    const std::string process = workload.process == 0 ? std::string() : std::format("-{:016x}", workload.process);
    return std::format("{}{}-{}{}{}", prefix, workload.instance.hex(), workload.generation, process, suffix);
}

std::string slice_name(const InstanceId& instance) {
    return std::format("{}{}.slice", prefix, instance.hex());
}

std::string unit_pattern(const InstanceId& instance) {
    return std::format("{}{}-*{}", prefix, instance.hex(), suffix);
}

std::optional<WorkloadRef> parse_unit_name(std::string_view name) {
    if (!name.starts_with(prefix) || !name.ends_with(suffix) || name.size() < prefix.size() + suffix.size()) {
        return std::nullopt;
    }
    const std::string_view core = name.substr(prefix.size(), name.size() - prefix.size() - suffix.size());
    const auto id = InstanceId::parse(core.substr(0, hex_length));
    if (!id || core.size() <= hex_length + 1 || core[hex_length] != '-') {
        return std::nullopt;
    }
    const std::string_view numbers = core.substr(hex_length + 1);
    const std::size_t dash = numbers.find('-');
    WorkloadRef workload{.instance = *id};
    if (!read_number(numbers.substr(0, dash), 10, workload.generation)) {
        return std::nullopt;
    }
    if (dash != std::string_view::npos && !read_number(numbers.substr(dash + 1), 16, workload.process)) {
        return std::nullopt;
    }
    // Leading zeros, capitals, a process 0 and the like: one workload has one name.
    return unit_name(workload) == name ? std::optional(workload) : std::nullopt;
}

std::optional<InstanceId> parse_slice_name(std::string_view name) {
    if (!name.starts_with(prefix)) {
        return std::nullopt;
    }
    const auto id = InstanceId::parse(name.substr(prefix.size(), hex_length));
    return id && slice_name(*id) == name ? std::optional(*id) : std::nullopt;
}

bool is_own_service(std::string_view name) {
    return std::ranges::contains(own_services, name);
}

}  // namespace mcpctl::systemd
