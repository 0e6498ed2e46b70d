#include "ctl/doctor/judge.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <functional>
#include <optional>

namespace mcpctl::ctl {
namespace {

using ::testing::HasSubstr;

// An installation without a fault, as its administrator sees it.
Facts well() {
    Facts facts;
    facts.tool_version = "1.0";
    facts.has_group = true;
    facts.socket_exists = true;
    facts.may_use_socket = true;
    facts.socket = {"1.0", ""};
    facts.agent_is_activatable = true;
    facts.bus = {"1.0", ""};
    facts.systemd_version = "257.9-1";
    facts.has_unified_cgroups = true;
    facts.controllers = {"cpu", "io", "memory", "pids"};
    facts.units = {{"mcpctl-agent.socket", "loaded", "active", "enabled", "success"},
                   {"mcpctl-agent.service", "loaded", "active", "enabled", "success"},
                   {"mcpctl-http-bridge.socket", "loaded", "inactive", "disabled", "success"},
                   {"mcpctl-http-bridge.service", "loaded", "inactive", "static", "success"}};
    facts.polkit_actions = polkit_actions_of_ours;
    facts.engines = {{"docker", "docker.service", "/run/docker.sock", true, true, "", 100'000},
                     {"podman", "podman.service", "/run/podman/podman.sock", true, true, "", 100'000}};
    facts.has_credentials_service = true;
    facts.has_host_key = true;
    facts.journal = {true, 10UL << 30, 1UL << 20, 1};
    facts.state_free_bytes = 10UL << 30;
    return facts;
}

std::string all_of(const Findings& findings) {
    std::string text;
    for (const Finding& finding : findings) {
        text += std::string(finding.check) + ' ' + std::string(name_of(finding.severity)) + ": " + finding.what +
                " -> " + finding.remedy + '\n';
    }
    return text;
}

Severity worst(const Findings& findings) {
    return std::ranges::max(findings, {}, &Finding::severity).severity;
}

TEST(Doctor, FindsNothingWhereNothingIsWrong) {
    const Findings findings = judge(well());
    EXPECT_LE(worst(findings), Severity::note) << all_of(findings);
    for (const char* check : {"socket", "bus", "units", "http", "systemd", "cgroups", "polkit", "engines", "secrets",
                              "journal", "store", "instances"}) {
        EXPECT_TRUE(std::ranges::contains(findings, check, &Finding::check)) << check;
    }
}

struct Fault {
    const char* name;
    std::function<void(Facts&)> make;
    const char* check;
    Severity severity;
    const char* what;    // part of it
    const char* remedy;  // part of it
};

void PrintTo(const Fault& fault, std::ostream* stream) {
    *stream << fault.name;
}

class DoctorFault : public ::testing::TestWithParam<Fault> {};

// Each fault is found as what it is, with a remedy, and nothing else is.
TEST_P(DoctorFault, IsFoundWithItsRemedyAndNothingElseIs) {
    const Fault& fault = GetParam();
    Facts facts = well();
    fault.make(facts);
    const Findings findings = judge(facts);
    std::size_t found = 0;
    for (const Finding& finding : findings) {
        if (finding.severity < Severity::warning) {
            continue;
        }
        ++found;
        EXPECT_EQ(finding.check, fault.check) << all_of(findings);
        EXPECT_EQ(finding.severity, fault.severity);
        EXPECT_THAT(finding.what, HasSubstr(fault.what));
        EXPECT_THAT(finding.remedy, HasSubstr(fault.remedy));
        EXPECT_FALSE(finding.remedy.empty());
    }
    EXPECT_EQ(found, 1U) << all_of(findings);
}

UnitFacts& unit(Facts& facts, std::string_view name) {
    return *std::ranges::find(facts.units, name, &UnitFacts::name);
}

InstanceInfo instance(const char* state) {
    InstanceInfo info;
    info.name = "search";
    info.state = state;
    info.reason = "exit code 3";
    return info;
}

const Fault faults[]{
    {"NoGroup", [](Facts& f) { f.has_group = false; }, "socket", Severity::problem, "no group", "systemd-sysusers"},
    {"NoSocket", [](Facts& f) { f.socket_exists = f.may_use_socket = false; }, "socket", Severity::problem,
     "/run/mcpctl/agent.socket", "systemctl enable --now mcpctl-agent.socket"},
    {"DeafAgent", [](Facts& f) { f.socket = {"", "the agent did not answer in time"}; }, "socket", Severity::problem,
     "did not answer", "journalctl -u mcpctl-agent.service"},
    {"OtherVersion", [](Facts& f) { f.socket.agent_version = "0.9"; }, "socket", Severity::warning,
     "the agent is version 0.9, mcpctl is 1.0", "systemctl restart mcpctl-agent.service"},
    {"NoBusService", [](Facts& f) { f.agent_is_activatable = false; }, "bus", Severity::problem, "org.mcpctl.Agent1",
     "systemctl reload dbus"},
    {"FailedOnTheBus", [](Facts& f) { f.bus = {"", "cannot be started"}; }, "bus", Severity::problem,
     "cannot be started", "journalctl"},
    {"NoBus",
     [](Facts& f) {
         f.bus_problem = "connection refused";
         f.bus = {};
         f.units.clear();
         f.polkit_actions = 0;
     },
     "bus", Severity::problem, "connection refused", "systemctl status dbus.socket"},
    {"MissingUnit", [](Facts& f) { unit(f, "mcpctl-agent.service").load = "not-found"; }, "units", Severity::problem,
     "not installed", "reinstall"},
    {"BrokenUnit", [](Facts& f) { unit(f, "mcpctl-agent.service").load = "bad-setting"; }, "units", Severity::problem,
     "cannot be loaded", "systemd-analyze verify mcpctl-agent.service"},
    {"MaskedAgent", [](Facts& f) { unit(f, "mcpctl-agent.service").load = "masked"; }, "units", Severity::problem,
     "masked", "systemctl unmask mcpctl-agent.service"},
    {"FailedAgent",
     [](Facts& f) {
         unit(f, "mcpctl-agent.service").active = "failed";
         unit(f, "mcpctl-agent.service").result = "exit-code";
     },
     "units", Severity::problem, "failed: exit-code", "journalctl -u mcpctl-agent.service"},
    {"FailedBridge", [](Facts& f) { unit(f, "mcpctl-http-bridge.service").active = "failed"; }, "units",
     Severity::problem, "mcpctl-http-bridge.service has failed", "journalctl -u mcpctl-http-bridge.service"},
    {"StoppedSocket", [](Facts& f) { unit(f, "mcpctl-agent.socket").active = "inactive"; }, "units", Severity::problem,
     "is inactive", "systemctl enable --now"},
    {"DisabledAgent", [](Facts& f) { unit(f, "mcpctl-agent.service").file = "disabled"; }, "units", Severity::warning,
     "after a reboot", "systemctl enable mcpctl-agent.service"},
    {"StaleUnit", [](Facts& f) { unit(f, "mcpctl-agent.service").needs_reload = true; }, "units", Severity::warning,
     "has changed on disk", "daemon-reload"},
    {"OldSystemd", [](Facts& f) { f.systemd_version = "252.1"; }, "systemd", Severity::problem, "too old", "upgrade"},
    {"OldControlGroups", [](Facts& f) { f.has_unified_cgroups = false; }, "cgroups", Severity::problem, "version 1",
     "unified_cgroup_hierarchy"},
    {"NoMemoryController", [](Facts& f) { f.controllers.erase("memory"); }, "cgroups", Severity::warning,
     "no controller for memory", "cgroup_disable="},
    {"NoPolkit", [](Facts& f) { f.polkit_problem = "not provided by any .service files"; }, "polkit", Severity::problem,
     "not provided", "polkitd"},
    {"NoActions", [](Facts& f) { f.polkit_actions = 0; }, "polkit", Severity::problem, "knows 0 of", "reinstall"},
    {"DeafEngine", [](Facts& f) { f.engines[0].problem = "Couldn't connect to server"; }, "engines", Severity::problem,
     "docker does not answer: Couldn't connect", "systemctl status docker.service"},
    {"NoCredentials", [](Facts& f) { f.has_credentials_service = false; }, "secrets", Severity::problem,
     "no secret can be set", "systemd-creds.socket"},
    {"JournalInMemory", [](Facts& f) { f.journal.persistent = false; }, "journal", Severity::warning, "in memory only",
     "mkdir -p /var/log/journal"},
    {"JournalWithoutSpace", [](Facts& f) { f.journal.free_bytes = 1'000'000; }, "journal", Severity::warning,
     "little space", "/var/log"},
    {"StoreReadOnly", [](Facts& f) { f.state_is_read_only = true; }, "store", Severity::problem, "read-only",
     "remount"},
    {"StoreWithoutSpace", [](Facts& f) { f.state_free_bytes = 1'000'000; }, "store", Severity::problem, "976.6 KiB",
     "/var/lib"},
    {"FailedInstance", [](Facts& f) { f.instances = {instance("failed")}; }, "instances", Severity::problem,
     "search has failed: exit code 3", "mcpctl status search"},
    {"AlertedInstance",
     [](Facts& f) {
         f.instances = {instance("running")};
         f.instances[0].alert = true;
     },
     "instances", Severity::warning, "search does not answer", "mcpctl status search"},
    {"InstanceWithoutEngine",
     [](Facts& f) {
         f.instances = {instance("running")};
         f.instances[0].unreachable_since = 1;
     },
     "instances", Severity::problem, "engine cannot be reached", "mcpctl status search"},
};

INSTANTIATE_TEST_SUITE_P(Each, DoctorFault, ::testing::ValuesIn(faults),
                         [](const auto& fault) { return std::string(fault.param.name); });

// Somebody who is neither root nor in the group is told so, and nothing of it is wrong.
TEST(Doctor, TellsAnOrdinaryUserWhatHeMayNotSee) {
    Facts facts = well();
    facts.may_use_socket = false;
    facts.socket = {};
    for (EngineFacts& engine : facts.engines) {
        engine.may_use = false;
    }
    facts.journal.used_bytes.reset();
    facts.journal.oldest = 0;
    const Findings findings = judge(facts);
    EXPECT_EQ(worst(findings), Severity::note) << all_of(findings);
    EXPECT_THAT(all_of(findings), HasSubstr("polkit decides"));
}

// design.md section 7: all containers share the engine unit's limit.
TEST(Doctor, OffersTheDropInWhereContainersShareJournaldsOwnLimit) {
    Facts facts = well();
    facts.engines[0].log_burst = 0;
    const Findings findings = judge(facts);
    EXPECT_EQ(worst(findings), Severity::note);
    EXPECT_THAT(all_of(findings), HasSubstr("LogRateLimitBurst=100000"));
}

}  // namespace
}  // namespace mcpctl::ctl
