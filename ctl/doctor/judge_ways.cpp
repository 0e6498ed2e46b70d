// The ways to the agent, and the units that make them.
#include <format>

#include "ctl/doctor/judge.hpp"
#include "dbus/names.hpp"

namespace mcpctl::ctl {
namespace {

constexpr const char* look_at_agent = "systemctl status mcpctl-agent.service; journalctl -u mcpctl-agent.service -n 50";

void judge_version(const WayFacts& way, const Facts& facts, std::string_view check, Findings& findings) {
    if (way.agent_version == facts.tool_version) {
        findings.push_back({check, Severity::ok, std::format("the agent answers, version {}", way.agent_version)});
    } else {
        findings.push_back({check, Severity::warning,
                            std::format("the agent is version {}, mcpctl is {}", way.agent_version, facts.tool_version),
                            "systemctl restart mcpctl-agent.service; instances and sessions go on meanwhile"});
    }
}

void judge_socket(const Facts& facts, Findings& findings) {
    if (!facts.has_group) {
        findings.push_back({"socket", Severity::problem, "there is no group mcpctl", "systemd-sysusers"});
    }
    if (!facts.socket_exists) {
        findings.push_back({"socket", Severity::problem, std::format("there is no {}", dbus::socket_path),
                            "systemctl enable --now mcpctl-agent.socket"});
    } else if (!facts.may_use_socket) {
        findings.push_back(
            {"socket", Severity::note,
             "you are neither root nor in the group mcpctl: calls take the system bus, and polkit decides",
             "usermod -aG mcpctl USER, which is equivalent to root"});
    } else if (!facts.socket.problem.empty()) {
        findings.push_back({"socket", Severity::problem, facts.socket.problem, look_at_agent});
    } else {
        judge_version(facts.socket, facts, "socket", findings);
    }
}

void judge_bus(const Facts& facts, Findings& findings) {
    if (!facts.bus_problem.empty()) {
        findings.push_back({"bus", Severity::problem, "the system bus cannot be asked: " + facts.bus_problem,
                            "systemctl status dbus.socket dbus.service"});
        return;
    }
    if (!facts.agent_is_activatable) {
        findings.push_back({"bus", Severity::problem,
                            std::format("the bus does not know how to start {}", dbus::service_name),
                            "systemctl reload dbus; reinstall the package mcpctl"});
    }
    if (!facts.bus.problem.empty()) {
        findings.push_back({"bus", Severity::problem, facts.bus.problem, look_at_agent});
    } else {
        judge_version(facts.bus, facts, "bus", findings);
    }
}

bool is_switched_off(const UnitFacts& unit) {
    return unit.load == "masked" || unit.file == "masked" || unit.file == "disabled";
}

std::string log_of(const std::string& unit) {
    return std::format("systemctl status {0}; journalctl -u {0} -n 50", unit);
}

// Nothing where it is well.
Finding of_unit(const UnitFacts& unit) {
    const bool is_agent = unit.name.starts_with("mcpctl-agent");
    if (unit.load == "not-found") {
        return {"units", Severity::problem, std::format("{} is not installed", unit.name),
                "reinstall the package mcpctl"};
    }
    if (unit.load == "bad-setting" || unit.load == "error") {
        return {"units", Severity::problem, std::format("{} cannot be loaded", unit.name),
                std::format("systemd-analyze verify {}", unit.name)};
    }
    if (is_agent && (unit.load == "masked" || unit.file == "masked")) {
        return {"units", Severity::problem, std::format("{} is masked", unit.name),
                std::format("systemctl unmask {}", unit.name)};
    }
    if (unit.active == "failed") {
        return {"units", Severity::problem, std::format("{} has failed: {}", unit.name, unit.result),
                log_of(unit.name)};
    }
    if (unit.name == "mcpctl-agent.socket" && unit.active != "active") {
        return {"units", Severity::problem, std::format("{} is {}", unit.name, unit.active),
                "systemctl enable --now mcpctl-agent.socket"};
    }
    if (unit.name == "mcpctl-agent.service" && is_switched_off(unit)) {
        return {"units", Severity::warning, "mcpctl-agent.service is disabled: nothing is restored after a reboot",
                "systemctl enable mcpctl-agent.service"};
    }
    if (unit.needs_reload) {
        return {"units", Severity::warning, std::format("{} has changed on disk since systemd read it", unit.name),
                "systemctl daemon-reload"};
    }
    return {"units", Severity::ok, {}};
}

void judge_bridge(const Facts& facts, Findings& findings) {
    bool listens = false;
    for (const UnitFacts& unit : facts.units) {
        listens = listens || (unit.name.starts_with("mcpctl-http-bridge") && unit.name.ends_with(".socket") &&
                              unit.active == "active");
    }
    if (listens) {
        findings.push_back({"http", Severity::ok, "remote callers with a token are let in"});
    } else {
        findings.push_back({"http", Severity::note, "switched off, as it is delivered",
                            "to let remote callers in: systemctl enable --now mcpctl-http-bridge.socket"});
    }
}

}  // namespace

void judge_ways(const Facts& facts, Findings& findings) {
    judge_socket(facts, findings);
    judge_bus(facts, findings);
}

void judge_units(const Facts& facts, Findings& findings) {
    if (facts.units.empty()) {
        return;  // the bus could not be asked, which was said
    }
    bool well = true;
    for (const UnitFacts& unit : facts.units) {
        if (Finding finding = of_unit(unit); finding.severity != Severity::ok) {
            findings.push_back(std::move(finding));
            well = false;
        }
    }
    if (well) {
        findings.push_back({"units", Severity::ok, "installed and as they should be"});
    }
    judge_bridge(facts, findings);
}

}  // namespace mcpctl::ctl
