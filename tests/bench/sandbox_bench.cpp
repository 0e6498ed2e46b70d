// Where the sandbox's own cost goes: the time of a start with one group of properties added to a bare unit, and with
// one group left out of the whole.
#include <algorithm>
#include <array>
#include <format>
#include <print>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/support/agent_client.hpp"
#include "tests/bench/support/measure.hpp"

namespace {

using namespace mcpctl;
using namespace mcpctl::bench;

constexpr int rounds = 12;

struct Group {
    std::string_view name;
    std::vector<std::string_view> properties;
    Samples added;
    Samples left_out;
};

std::vector<Group> groups() {
    return {
        // Together: without the user the directories would become root's, and no later unit could take them over.
        {"dynamic user and its directories",
         {"DynamicUser", "User", "StateDirectory", "StateDirectoryMode", "CacheDirectory", "CacheDirectoryMode",
          "WorkingDirectory"},
         {},
         {}},
        {"slice", {"Slice"}, {}, {}},
        {"ProtectSystem", {"ProtectSystem"}, {}, {}},
        {"ProtectHome", {"ProtectHome"}, {}, {}},
        {"PrivateTmp", {"PrivateTmp"}, {}, {}},
        {"PrivateDevices", {"PrivateDevices"}, {}, {}},
        {"ProtectProc, ProcSubset", {"ProtectProc", "ProcSubset"}, {}, {}},
        {"InaccessiblePaths", {"InaccessiblePaths"}, {}, {}},
        {"ProtectKernel*, ProtectClock",
         {"ProtectKernelTunables", "ProtectKernelModules", "ProtectKernelLogs", "ProtectClock"},
         {},
         {}},
        {"ProtectControlGroups", {"ProtectControlGroups"}, {}, {}},
        {"ProtectHostname", {"ProtectHostname"}, {}, {}},
        {"PrivateUsers", {"PrivateUsers"}, {}, {}},
        {"system call filters",
         {"SystemCallFilter", "SystemCallErrorNumber", "SystemCallArchitectures", "RestrictNamespaces",
          "RestrictRealtime", "RestrictSUIDSGID", "LockPersonality", "MemoryDenyWriteExecute",
          "RestrictAddressFamilies"},
         {},
         {}},
        {"IP address filter", {"IPAddressDeny", "IPAddressAllow"}, {}, {}},
        {"bind filter", {"SocketBindDeny", "SocketBindAllow"}, {}, {}},
        {"keyring, IPC, capabilities",
         {"KeyringMode", "RemoveIPC", "CapabilityBoundingSet", "AmbientCapabilities", "NoNewPrivileges"},
         {},
         {}},
    };
}

bool is_of(const Group& group, const systemd::UnitProperty& property) {
    return std::ranges::contains(group.properties, property.name);
}

Task<void> time_once(systemd::Pid1& pid1, systemd::UnitProperties properties, Samples& samples) {
    static int number = 0;
    const std::string unit = std::format("mcpctl-bench-{}.service", ++number);
    samples.push_back(co_await time_start(pid1, unit, std::move(properties)));
    co_await remove_unit(pid1, unit);
}

Task<void> time_group(systemd::Pid1& pid1, Group& group) {
    auto more = bare();
    std::ranges::copy_if(sandboxed(), std::back_inserter(more),
                         [&](const auto& property) { return is_of(group, property); });
    co_await time_once(pid1, std::move(more), group.added);
    auto less = sandboxed();
    std::erase_if(less, [&](const auto& property) { return is_of(group, property); });
    co_await time_once(pid1, std::move(less), group.left_out);
}

Task<void> measure() {
    const auto pid1 = connect_to_pid1(co_await asio::this_coro::executor);
    auto all = groups();
    Samples none;
    Samples whole;
    for (int round = 0; round < rounds; ++round) {
        co_await time_once(*pid1, bare(), none);
        co_await time_once(*pid1, sandboxed(), whole);
        for (Group& group : all) {
            co_await time_group(*pid1, group);
        }
    }
    std::println("{} starts of each kind in turn; medians in ms", rounds);
    std::println("bare unit {:.1f}, whole sandbox {:.1f}", median(none), median(whole));
    std::println("{:<34} {:>16} {:>20}", "", "added to bare", "left out of whole");
    for (const Group& group : all) {
        std::println("{:<34} {:>+16.1f} {:>+20.1f}", group.name, median(group.added) - median(none),
                     median(group.left_out) - median(whole));
    }
}

}  // namespace

int main() {
    return run_benchmark(measure());
}
