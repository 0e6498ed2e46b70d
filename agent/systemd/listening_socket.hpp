// Who listens on a TCP port, asked from the kernel (sock_diag): each listening socket with the id of the cgroup in
// which it was made. No /proc is scanned, so no right to look into other processes is needed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "agent/core/runtime.hpp"
#include "base/error.hpp"

namespace mcpctl::systemd {

struct ListeningSocket {
    int family = 0;                          // AF_INET or AF_INET6
    std::array<std::uint8_t, 16> address{};  // the first four bytes for AF_INET
    std::uint16_t port = 0;
    bool ipv6_only = false;                  // an IPv6 socket that takes no IPv4 connections
    std::optional<std::uint64_t> cgroup_id;  // missing where the kernel does not say
};

// One datagram of the kernel's answer.
struct SocketDump {
    std::vector<ListeningSocket> sockets;
    bool complete = false;  // the end marker was in it
    int error = 0;          // errno value reported by the kernel
};
[[nodiscard]] SocketDump parse_socket_dump(std::span<const std::byte> datagram);

// All sockets in this network namespace that listen on the port, IPv4 and IPv6.
[[nodiscard]] Result<std::vector<ListeningSocket>> listening_sockets(std::uint16_t port);

// The socket that a connection to 127.0.0.1:PORT would come to now; nothing where there is none, or the kernel does not
// say. One look into a table, where the list of all costs a walk through it. Several sockets can share a port only with
// processes of the same user.
[[nodiscard]] std::optional<ListeningSocket> answering_socket(std::uint16_t port);

// Who answers at 127.0.0.1:PORT, the address under which an instance is published: sockets on that address and on any
// address count, one on ::1 or on another host's interface alone does not. One foreign socket among several is enough
// for `other`, since the kernel might choose it. `cgroup_id` 0: the workload has no cgroup, thus no process.
[[nodiscard]] Result<PortHolder> holder_among(const std::vector<ListeningSocket>& sockets, std::uint64_t cgroup_id);

}  // namespace mcpctl::systemd
