#include "agent/systemd/unit_reader.hpp"

#include <algorithm>
#include <format>

namespace mcpctl::systemd {
namespace {

template <class T>
void read(const PropertyMap& properties, const char* name, T& value) {
    const auto found = properties.find(name);
    if (found != properties.end() && found->second.containsValueOfType<T>()) {
        value = found->second.get<T>();
    }
}

std::string hex(const std::vector<std::uint8_t>& bytes) {
    std::string text;
    for (const std::uint8_t byte : bytes) {
        text += std::format("{:02x}", byte);
    }
    return text;
}

}  // namespace

bool UnitSnapshot::carries(std::string_view mark) const {
    return std::ranges::contains(log_extra_fields, mark);
}

UnitSnapshot read_snapshot(const PropertyMap& unit, const PropertyMap& service) {
    UnitSnapshot snapshot;
    UnitState& state = snapshot.state;
    read(unit, "LoadState", state.load_state);
    read(unit, "ActiveState", state.active_state);
    read(unit, "SubState", state.sub_state);
    read(unit, "StateChangeTimestamp", state.state_change);
    read(unit, "StartLimitBurst", state.start_limit_burst);
    read(service, "Result", state.result);
    read(service, "Restart", state.restart);
    read(service, "ExecMainCode", state.exec_main_code);
    read(service, "ExecMainStatus", state.exec_main_status);
    read(service, "ExecMainHandoffTimestamp", state.exec_main_handoff);
    read(service, "NRestarts", state.n_restarts);
    read(service, "MainPID", state.main_pid);
    std::vector<std::uint8_t> invocation;
    read(unit, "InvocationID", invocation);
    state.invocation_id = hex(invocation);
    sdbus::Struct<std::uint32_t, sdbus::ObjectPath> job;
    read(unit, "Job", job);
    state.job = job.get<0>();
    std::vector<std::vector<std::uint8_t>> fields;
    read(service, "LogExtraFields", fields);
    for (const auto& field : fields) {
        snapshot.log_extra_fields.emplace_back(field.begin(), field.end());
    }
    return snapshot;
}

Task<Result<UnitSnapshot>> read_unit(Pid1& pid1, std::string unit) {
    auto general = co_await pid1.properties(unit, UnitInterface::unit);
    if (!general) {
        co_return std::unexpected(general.error());
    }
    auto service = co_await pid1.properties(unit, UnitInterface::service);
    co_return service.transform([&](const PropertyMap& properties) { return read_snapshot(*general, properties); });
}

}  // namespace mcpctl::systemd
