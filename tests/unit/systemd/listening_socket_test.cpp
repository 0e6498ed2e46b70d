#include "agent/systemd/listening_socket.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cstring>

#include "base/unique_fd.hpp"

namespace mcpctl::systemd {
namespace {

using Bytes = std::vector<std::byte>;
constexpr std::uint64_t ours = 4711;
constexpr std::uint64_t theirs = 815;

template <class T>
void append(Bytes& bytes, const T& value) {
    const auto* begin = reinterpret_cast<const std::byte*>(&value);
    bytes.insert(bytes.end(), begin, begin + sizeof(value));
    bytes.resize((bytes.size() + 3) & ~std::size_t(3));
}

template <class T>
void append_attribute(Bytes& bytes, unsigned short type, const T& value) {
    append(bytes, rtattr{.rta_len = static_cast<unsigned short>(sizeof(rtattr) + sizeof(value)), .rta_type = type});
    append(bytes, value);
}

Bytes message(std::uint16_t type, const Bytes& payload) {
    Bytes bytes;
    append(bytes, nlmsghdr{.nlmsg_len = std::uint32_t(sizeof(nlmsghdr) + payload.size()),
                           .nlmsg_type = type,
                           .nlmsg_flags = NLM_F_MULTI,
                           .nlmsg_seq = 0,
                           .nlmsg_pid = 0});
    bytes.insert(bytes.end(), payload.begin(), payload.end());
    return bytes;
}

Bytes socket_payload(int family, const char* address, std::uint16_t port, std::uint64_t cgroup) {
    inet_diag_msg socket{};
    socket.idiag_family = std::uint8_t(family);
    socket.idiag_state = TCP_LISTEN;
    socket.id.idiag_sport = htons(port);
    ::inet_pton(family, address, socket.id.idiag_src);
    Bytes payload;
    append(payload, socket);
    append_attribute(payload, INET_DIAG_SHUTDOWN, std::uint8_t(0));
    append_attribute(payload, INET_DIAG_SKV6ONLY, std::uint8_t(family == AF_INET6 ? 1 : 0));
    append_attribute(payload, INET_DIAG_CGROUP_ID, cgroup);
    return payload;
}

ListeningSocket listener(int family, const char* address, std::optional<std::uint64_t> cgroup, bool ipv6_only = false) {
    ListeningSocket socket{.family = family, .address = {}, .port = 26270, .ipv6_only = ipv6_only, .cgroup_id = cgroup};
    ::inet_pton(family, address, socket.address.data());
    return socket;
}

TEST(SocketDump, IsParsedIntoSocketsWithTheirCgroups) {
    Bytes datagram = message(SOCK_DIAG_BY_FAMILY, socket_payload(AF_INET, "127.0.0.1", 26270, ours));
    const Bytes second = message(SOCK_DIAG_BY_FAMILY, socket_payload(AF_INET6, "::1", 26271, theirs));
    datagram.insert(datagram.end(), second.begin(), second.end());
    const SocketDump dump = parse_socket_dump(datagram);
    EXPECT_FALSE(dump.complete);
    EXPECT_EQ(dump.error, 0);
    ASSERT_EQ(dump.sockets.size(), 2U);
    EXPECT_EQ(dump.sockets[0].family, AF_INET);
    EXPECT_EQ(dump.sockets[0].port, 26270);
    EXPECT_EQ(dump.sockets[0].cgroup_id, ours);
    EXPECT_FALSE(dump.sockets[0].ipv6_only);
    EXPECT_EQ(dump.sockets[1].address[15], 1);
    EXPECT_EQ(dump.sockets[1].cgroup_id, theirs);
    EXPECT_TRUE(dump.sockets[1].ipv6_only);
}

TEST(SocketDump, EndsWithItsMarker) {
    EXPECT_TRUE(parse_socket_dump(message(NLMSG_DONE, Bytes(4))).complete);
}

TEST(SocketDump, ReportsTheKernelsError) {
    Bytes payload;
    nlmsgerr error{};
    error.error = -ENOENT;
    append(payload, error);
    EXPECT_EQ(parse_socket_dump(message(NLMSG_ERROR, payload)).error, ENOENT);
    EXPECT_EQ(parse_socket_dump(message(NLMSG_ERROR, {})).error, EBADMSG);
}

TEST(SocketDump, CutAnywhereIsReadWithoutHarm) {
    const Bytes whole = message(SOCK_DIAG_BY_FAMILY, socket_payload(AF_INET, "127.0.0.1", 26270, ours));
    for (std::size_t length = 0; length < whole.size(); ++length) {
        EXPECT_TRUE(parse_socket_dump(std::span(whole).first(length)).sockets.empty());
    }
    for (std::size_t length = 0; length < 80; ++length) {
        const Bytes payload = socket_payload(AF_INET, "127.0.0.1", 26270, ours);
        const auto dump = parse_socket_dump(message(
            SOCK_DIAG_BY_FAMILY, Bytes(payload.begin(), payload.begin() + std::ptrdiff_t(length & ~std::size_t(3)))));
        EXPECT_LE(dump.sockets.size(), 1U);
    }
}

struct HolderRow {
    std::vector<ListeningSocket> sockets;
    PortHolder holder;
};

TEST(PortHolder, IsWhoAnswersAtLoopback) {
    const HolderRow rows[]{
        {{}, PortHolder::nobody},
        {{listener(AF_INET, "127.0.0.1", ours)}, PortHolder::workload},
        {{listener(AF_INET, "0.0.0.0", ours)}, PortHolder::workload},
        {{listener(AF_INET6, "::", ours)}, PortHolder::workload},
        {{listener(AF_INET6, "::ffff:127.0.0.1", ours)}, PortHolder::workload},
        {{listener(AF_INET6, "::", ours, true)}, PortHolder::nobody},
        {{listener(AF_INET6, "::1", ours)}, PortHolder::nobody},
        {{listener(AF_INET, "127.0.0.2", ours)}, PortHolder::nobody},
        {{listener(AF_INET, "192.0.2.1", ours)}, PortHolder::nobody},
        {{listener(AF_INET, "192.0.2.1", theirs)}, PortHolder::nobody},
        {{listener(AF_INET, "127.0.0.1", theirs)}, PortHolder::other},
        {{listener(AF_INET6, "::", ours), listener(AF_INET, "127.0.0.1", theirs)}, PortHolder::other},
        {{listener(AF_INET, "127.0.0.1", ours), listener(AF_INET6, "::1", theirs)}, PortHolder::workload},
    };
    for (const HolderRow& row : rows) {
        EXPECT_EQ(holder_among(row.sockets, ours), row.holder) << &row - rows;
    }
}

TEST(PortHolder, IsNeverAWorkloadWithoutACgroup) {
    EXPECT_EQ(holder_among({listener(AF_INET, "127.0.0.1", 0)}, 0), PortHolder::other);
}

TEST(PortHolder, CannotBeToldWithoutTheKernelsHelp) {
    const auto holder = holder_among({listener(AF_INET, "127.0.0.1", std::nullopt)}, ours);
    ASSERT_FALSE(holder);
    EXPECT_EQ(holder.error().code, ErrorCode::NotSupported);
}

TEST(ListeningSockets, OfThisMachineAreFound) {
    const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof(address);
    ASSERT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), length), 0);
    ASSERT_EQ(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &length), 0);
    const std::uint16_t port = ntohs(address.sin_port);
    EXPECT_TRUE(listening_sockets(port)->empty());
    EXPECT_FALSE(answering_socket(port));
    ASSERT_EQ(::listen(socket.get(), 1), 0);
    const auto found = listening_sockets(port);
    ASSERT_TRUE(found) << found.error().reason;
    ASSERT_EQ(found->size(), 1U);
    EXPECT_EQ(found->front().port, port);
    const auto answering = answering_socket(port);
    ASSERT_TRUE(answering);
    EXPECT_EQ(answering->port, port);
    EXPECT_EQ(answering->cgroup_id, found->front().cgroup_id);
}

}  // namespace
}  // namespace mcpctl::systemd
