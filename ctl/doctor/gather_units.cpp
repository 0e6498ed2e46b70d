#include "ctl/doctor/gather_units.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <tuple>

#include "dbus/names.hpp"

namespace mcpctl::ctl {
namespace {

const std::string systemd = "org.freedesktop.systemd1";
const std::string systemd_path = "/org/freedesktop/systemd1";
const std::string manager = "org.freedesktop.systemd1.Manager";
const std::string unit_interface = "org.freedesktop.systemd1.Unit";

constexpr std::array units{"mcpctl-agent.socket", "mcpctl-agent.service", "mcpctl-http-bridge.socket",
                           "mcpctl-http-bridge-tls.socket", "mcpctl-http-bridge.service"};

std::string file_state(SystemBus& bus, const std::string& unit) {
    try {
        return bus.ask<std::string>(systemd, systemd_path, manager, "GetUnitFileState", unit);
    } catch (const sdbus::Error&) {
        return {};  // there is no such file
    }
}

std::string result_of(SystemBus& bus, const std::string& unit, const std::string& path) {
    const bool is_socket = unit.ends_with(".socket");
    return bus.property<std::string>(
        systemd, path, is_socket ? "org.freedesktop.systemd1.Socket" : "org.freedesktop.systemd1.Service", "Result");
}

UnitFacts unit_facts(SystemBus& bus, const std::string& name) {
    const std::string path = bus.ask<sdbus::ObjectPath>(systemd, systemd_path, manager, "LoadUnit", name);
    UnitFacts unit{.name = name,
                   .load = bus.property<std::string>(systemd, path, unit_interface, "LoadState"),
                   .active = bus.property<std::string>(systemd, path, unit_interface, "ActiveState"),
                   .file = file_state(bus, name),
                   .result = {},
                   .needs_reload = bus.property<bool>(systemd, path, unit_interface, "NeedDaemonReload")};
    if (unit.load == "loaded") {
        unit.result = result_of(bus, name, path);
    }
    return unit;
}

void gather_polkit(SystemBus& bus, Facts& facts) {
    // EnumerateActions: a(ssssssuuua{ss}), the action's id first.
    using Action = sdbus::Struct<std::string, std::string, std::string, std::string, std::string, std::string,
                                 std::uint32_t, std::uint32_t, std::uint32_t, std::map<std::string, std::string>>;
    try {
        const auto actions =
            bus.ask<std::vector<Action>>("org.freedesktop.PolicyKit1", "/org/freedesktop/PolicyKit1/Authority",
                                         "org.freedesktop.PolicyKit1.Authority", "EnumerateActions", std::string());
        facts.polkit_actions = std::size_t(std::ranges::count_if(
            actions, [](const Action& action) { return std::get<0>(action).starts_with("org.mcpctl.agent1."); }));
    } catch (const sdbus::Error& error) {
        facts.polkit_problem = error.getMessage();
    }
}

// Containers share the limit of their engine's unit.
void gather_log_limit(SystemBus& bus, EngineFacts& engine) {
    try {
        const std::string path = bus.ask<sdbus::ObjectPath>(systemd, systemd_path, manager, "LoadUnit", engine.unit);
        if (bus.property<std::string>(systemd, path, unit_interface, "LoadState") == "loaded") {
            engine.log_burst =
                bus.property<std::uint32_t>(systemd, path, "org.freedesktop.systemd1.Service", "LogRateLimitBurst");
        }
    } catch (const sdbus::Error&) {
        engine.log_burst.reset();
    }
}

}  // namespace

void gather_from_bus(SystemBus& bus, Facts& facts) {
    const auto names = bus.ask<std::vector<std::string>>("org.freedesktop.DBus", "/org/freedesktop/DBus",
                                                         "org.freedesktop.DBus", "ListActivatableNames");
    facts.agent_is_activatable = std::ranges::contains(names, dbus::service_name);
    facts.systemd_version = bus.property<std::string>(systemd, systemd_path, manager, "Version");
    for (const char* name : units) {
        facts.units.push_back(unit_facts(bus, name));
    }
    gather_polkit(bus, facts);
    for (EngineFacts& engine : facts.engines) {
        gather_log_limit(bus, engine);
    }
}

}  // namespace mcpctl::ctl
