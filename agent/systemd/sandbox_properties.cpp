#include "agent/systemd/sandbox_properties.hpp"

#include <netinet/in.h>
#include <sys/mount.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace mcpctl::systemd {
namespace {

// CLONE_NEWCGROUP: the only namespace that may be made. 0, which stands for none at all, is written to the unit file
// as an empty value and read back as no restriction after a daemon-reload (measured on systemd 257).
constexpr std::uint64_t cgroup_namespace_only = 0x02000000;

// CAP_DAC_READ_SEARCH: whether a path may be mounted is seen by going there, also through somebody's home.
constexpr std::uint64_t read_any_directory = std::uint64_t(1) << 2;

const std::vector<AddressPrefix> any_address{{AF_INET, std::vector<std::uint8_t>(4), 0},
                                             {AF_INET6, std::vector<std::uint8_t>(16), 0}};
const std::vector<AddressPrefix> loopback_addresses{{AF_INET, {127, 0, 0, 0}, 8},
                                                    {AF_INET6, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128}};

std::vector<BindMount> binds(const std::vector<std::string>& paths) {
    std::vector<BindMount> mounts;
    mounts.reserve(paths.size());
    for (const std::string& path : paths) {
        mounts.push_back({path, path, false, MS_REC});
    }
    return mounts;
}

void add_file_system(UnitProperties& properties, const Sandbox& sandbox) {
    properties.push_back({"ProtectSystem", "strict"});
    // An empty /home rather than none, so that single paths can be bound into it.
    properties.push_back({"ProtectHome", "tmpfs"});
    properties.push_back({"PrivateTmp", true});
    properties.push_back({"PrivateDevices", true});
    properties.push_back({"ProtectProc", "invisible"});
    properties.push_back({"ProcSubset", "pid"});
    properties.push_back({"UMask", std::uint32_t(0077)});
    // Sockets whose owner is as good as root; the mode of some lets everybody connect.
    properties.push_back(
        {"InaccessiblePaths", std::vector<std::string>{"-/run/containerd", "-/run/dbus", "-/run/docker.sock",
                                                       "-/run/mcpctl", "-/run/podman", "-/run/systemd/private"}});
    if (!sandbox.read_paths.empty()) {
        properties.push_back({"BindReadOnlyPaths", binds(sandbox.read_paths)});
    }
    if (!sandbox.write_paths.empty()) {
        properties.push_back({"BindPaths", binds(sandbox.write_paths)});
    }
}

void add_system_calls(UnitProperties& properties) {
    properties.push_back({"RestrictNamespaces", cgroup_namespace_only});
    properties.push_back({"SystemCallFilter", NameFilter{true, {"@system-service"}}});
    properties.push_back({"SystemCallFilter", NameFilter{false, {"@privileged"}}});
    // Refused calls fail instead of killing: Node tries pkey_alloc, which is outside @system-service, at every start.
    properties.push_back({"SystemCallErrorNumber", std::int32_t(EPERM)});
    properties.push_back({"SystemCallArchitectures", std::vector<std::string>{"native"}});
}

void add_kernel(UnitProperties& properties, const ProfileDefinition& profile) {
    for (const char* setting : {"ProtectKernelTunables", "ProtectKernelModules", "ProtectKernelLogs",
                                "ProtectControlGroups", "ProtectClock", "ProtectHostname", "NoNewPrivileges",
                                "PrivateUsers", "RestrictRealtime", "RestrictSUIDSGID", "LockPersonality"}) {
        properties.push_back({setting, true});
    }
    // What a user has left in shared memory may be his own.
    properties.push_back({"RemoveIPC", !profile.acts_as_user()});
    properties.push_back({"KeyringMode", "private"});
    properties.push_back({"CapabilityBoundingSet", std::uint64_t(0)});
    properties.push_back({"AmbientCapabilities", std::uint64_t(0)});
    add_system_calls(properties);
    if (!profile.sandbox.jit) {
        properties.push_back({"MemoryDenyWriteExecute", true});
    }
}

void add_network(UnitProperties& properties, const InstanceConfig& config, std::uint16_t port) {
    // Without AF_NETLINK os.networkInterfaces() throws in Node (measured), and many servers print their addresses.
    NameFilter families{true, {"AF_INET", "AF_INET6", "AF_NETLINK", "AF_UNIX"}};
    if (config.network() == Network::none) {
        // Where PID 1 may not make a namespace it goes on without one (F17): the families hold by themselves.
        properties.push_back({"PrivateNetwork", true});
        families.names = {"AF_NETLINK", "AF_UNIX"};
    }
    properties.push_back({"RestrictAddressFamilies", std::move(families)});
    if (!config.server.speaks_stdio()) {
        properties.push_back({"SocketBindDeny", std::vector<SocketBindRule>{{}}});
        properties.push_back({"SocketBindAllow", std::vector<SocketBindRule>{{AF_UNSPEC, IPPROTO_TCP, 1, port}}});
    }
    if (config.network() == Network::loopback) {
        // Real servers listen on all interfaces.
        properties.push_back({"IPAddressDeny", any_address});
        properties.push_back({"IPAddressAllow", loopback_addresses});
    }
}

}  // namespace

void add_relay_sandbox(UnitProperties& properties) {
    for (const char* setting :
         {"NoNewPrivileges", "RestrictRealtime", "RestrictSUIDSGID", "LockPersonality", "MemoryDenyWriteExecute"}) {
        properties.push_back({setting, true});
    }
    properties.push_back({"UMask", std::uint32_t(0077)});
    properties.push_back({"KeyringMode", "private"});
    properties.push_back({"CapabilityBoundingSet", read_any_directory});
    properties.push_back({"AmbientCapabilities", std::uint64_t(0)});
    add_system_calls(properties);
    properties.push_back({"RestrictAddressFamilies", NameFilter{true, {"AF_UNIX"}}});
    properties.push_back({"IPAddressDeny", any_address});
}

void add_sandbox(UnitProperties& properties, const InstanceConfig& config, std::uint16_t port) {
    add_file_system(properties, config.profile.sandbox);
    add_kernel(properties, config.profile);
    add_network(properties, config, port);
}

}  // namespace mcpctl::systemd
