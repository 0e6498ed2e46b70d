#include "ctl/doctor/judge.hpp"

#include <algorithm>
#include <charconv>
#include <format>

namespace mcpctl::ctl {
namespace {

constexpr int oldest_systemd = 257;

int major_of(const std::string& version) {
    int number = 0;
    std::from_chars(version.data(), version.data() + version.size(), number);
    return number;
}

void judge_systemd(const Facts& facts, Findings& findings) {
    if (facts.systemd_version.empty()) {
        findings.push_back({"systemd", Severity::note, "its version is not known, because the bus cannot be asked"});
    } else if (major_of(facts.systemd_version) < oldest_systemd) {
        findings.push_back({"systemd", Severity::problem,
                            std::format("version {} is too old: {} is needed", facts.systemd_version, oldest_systemd),
                            "upgrade the system"});
    } else {
        findings.push_back({"systemd", Severity::ok, std::format("version {}", facts.systemd_version)});
    }
}

void judge_control_groups(const Facts& facts, Findings& findings) {
    if (!facts.has_unified_cgroups) {
        findings.push_back({"cgroups", Severity::problem, "the kernel runs control groups of version 1",
                            "boot with systemd.unified_cgroup_hierarchy=1"});
        return;
    }
    std::string missing;
    for (const char* controller : {"cpu", "memory", "pids"}) {
        if (!facts.controllers.contains(controller)) {
            missing += missing.empty() ? controller : std::string(", ") + controller;
        }
    }
    if (missing.empty()) {
        findings.push_back({"cgroups", Severity::ok, "version 2, with cpu, memory and pids"});
    } else {
        findings.push_back({"cgroups", Severity::warning,
                            std::format("no controller for {}: limits of instances on that do not hold", missing),
                            "look for cgroup_disable= in /proc/cmdline, and for who mounts version 1 of it"});
    }
}

void judge_polkit(const Facts& facts, Findings& findings) {
    if (!facts.bus_problem.empty()) {
        return;  // said already
    }
    if (!facts.polkit_problem.empty()) {
        findings.push_back(
            {"polkit", Severity::problem,
             "does not answer, so only root and the group mcpctl may do anything: " + facts.polkit_problem,
             "systemctl status polkit.service; apt install polkitd"});
    } else if (facts.polkit_actions != polkit_actions_of_ours) {
        findings.push_back({"polkit", Severity::problem,
                            std::format("knows {} of mcpctl's {} actions, and refuses the others", facts.polkit_actions,
                                        polkit_actions_of_ours),
                            "reinstall the package mcpctl; the file is "
                            "/usr/share/polkit-1/actions/org.mcpctl.agent1.policy"});
    } else {
        findings.push_back(
            {"polkit", Severity::ok, std::format("answers and knows all {} actions", polkit_actions_of_ours)});
    }
}

void judge_instances(const Facts& facts, Findings& findings) {
    std::size_t well = 0;
    for (const InstanceInfo& instance : facts.instances) {
        const std::string remedy = std::format("mcpctl status {}", instance.name);
        if (instance.unreachable_since != 0) {
            findings.push_back({"instances", Severity::problem,
                                std::format("{}: its engine cannot be reached", instance.name), remedy});
        } else if (instance.state == "failed") {
            findings.push_back({"instances", Severity::problem,
                                std::format("{} has failed: {}", instance.name, instance.reason), remedy});
        } else if (instance.alert) {
            findings.push_back({"instances", Severity::warning,
                                std::format("{} does not answer as it should", instance.name), remedy});
        } else {
            ++well;
        }
    }
    if (well == facts.instances.size()) {
        findings.push_back(
            {"instances", Severity::ok, well == 0 ? "there are none" : std::format("{} are well", well)});
    }
}

}  // namespace

std::string_view name_of(Severity severity) {
    switch (severity) {
        case Severity::ok:
            return "ok";
        case Severity::note:
            return "note";
        case Severity::warning:
            return "warning";
        case Severity::problem:
            break;
    }
    return "problem";
}

Findings judge(const Facts& facts) {
    Findings findings;
    judge_ways(facts, findings);
    judge_units(facts, findings);
    judge_systemd(facts, findings);
    judge_control_groups(facts, findings);
    judge_polkit(facts, findings);
    judge_resources(facts, findings);
    judge_instances(facts, findings);
    return findings;
}

}  // namespace mcpctl::ctl
