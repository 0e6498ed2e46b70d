#include "agent/systemd/sandbox_properties.hpp"

#include <netinet/in.h>
#include <sys/mount.h>
#include <sys/socket.h>

#include <cerrno>

namespace mcpctl::systemd {
namespace {

// CLONE_NEWCGROUP: the only namespace that may be made. 0, which stands for none at all, is written to the unit file
// as an empty value and read back as no restriction after a daemon-reload (measured on systemd 257).
constexpr std::uint64_t cgroup_namespace_only = 0x02000000;

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

void add_kernel(UnitProperties& properties, const Sandbox& sandbox) {
    for (const char* setting :
         {"ProtectKernelTunables", "ProtectKernelModules", "ProtectKernelLogs", "ProtectControlGroups", "ProtectClock",
          "ProtectHostname", "NoNewPrivileges", "PrivateUsers", "RestrictRealtime", "RestrictSUIDSGID",
          "LockPersonality", "RemoveIPC"}) {
        properties.push_back({setting, true});
    }
    properties.push_back({"KeyringMode", "private"});
    properties.push_back({"CapabilityBoundingSet", std::uint64_t(0)});
    properties.push_back({"AmbientCapabilities", std::uint64_t(0)});
    properties.push_back({"RestrictNamespaces", cgroup_namespace_only});
    properties.push_back({"SystemCallFilter", NameFilter{true, {"@system-service"}}});
    properties.push_back({"SystemCallFilter", NameFilter{false, {"@privileged"}}});
    // Refused calls fail instead of killing: Node tries pkey_alloc, which is outside @system-service, at every start.
    properties.push_back({"SystemCallErrorNumber", std::int32_t(EPERM)});
    properties.push_back({"SystemCallArchitectures", std::vector<std::string>{"native"}});
    if (!sandbox.jit) {
        properties.push_back({"MemoryDenyWriteExecute", true});
    }
}

void add_network(UnitProperties& properties, const Sandbox& sandbox, std::uint16_t port) {
    // Without AF_NETLINK os.networkInterfaces() throws in Node (measured), and many servers print their addresses.
    properties.push_back(
        {"RestrictAddressFamilies", NameFilter{true, {"AF_INET", "AF_INET6", "AF_NETLINK", "AF_UNIX"}}});
    properties.push_back({"SocketBindDeny", std::vector<SocketBindRule>{{}}});
    properties.push_back({"SocketBindAllow", std::vector<SocketBindRule>{{AF_UNSPEC, IPPROTO_TCP, 1, port}}});
    if (sandbox.network == Network::loopback) {
        // Real servers listen on all interfaces.
        properties.push_back({"IPAddressDeny", any_address});
        properties.push_back({"IPAddressAllow", loopback_addresses});
    }
}

}  // namespace

void add_sandbox(UnitProperties& properties, const Sandbox& sandbox, std::uint16_t port) {
    add_file_system(properties, sandbox);
    add_kernel(properties, sandbox);
    add_network(properties, sandbox, port);
}

}  // namespace mcpctl::systemd
