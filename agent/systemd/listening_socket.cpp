#include "agent/systemd/listening_socket.hpp"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <format>

#include "base/unique_fd.hpp"

namespace mcpctl::systemd {
namespace {

std::size_t aligned(std::size_t length) {
    return (length + NLMSG_ALIGNTO - 1) & ~std::size_t(NLMSG_ALIGNTO - 1);
}

// Copied out, since nothing in a datagram is sure to be aligned for its type.
template <class T>
std::optional<T> read_as(std::span<const std::byte> bytes) {
    T value;
    if (bytes.size() < sizeof(value)) {
        return std::nullopt;
    }
    std::memcpy(&value, bytes.data(), sizeof(value));
    return value;
}

void read_attributes(std::span<const std::byte> attributes, ListeningSocket& socket) {
    while (const auto attribute = read_as<rtattr>(attributes)) {
        if (attribute->rta_len < sizeof(rtattr) || attribute->rta_len > attributes.size()) {
            return;
        }
        const auto value = attributes.subspan(sizeof(rtattr), attribute->rta_len - sizeof(rtattr));
        if (attribute->rta_type == INET_DIAG_CGROUP_ID) {
            socket.cgroup_id = read_as<std::uint64_t>(value);
        } else if (attribute->rta_type == INET_DIAG_SKV6ONLY) {
            socket.ipv6_only = read_as<std::uint8_t>(value).value_or(0) != 0;
        }
        attributes = attributes.subspan(std::min(aligned(attribute->rta_len), attributes.size()));
    }
}

std::optional<ListeningSocket> parse_socket(std::span<const std::byte> payload) {
    const auto message = read_as<inet_diag_msg>(payload);
    if (!message || message->idiag_state != TCP_LISTEN) {
        return std::nullopt;
    }
    ListeningSocket socket;
    socket.family = message->idiag_family;
    socket.port = ntohs(message->id.idiag_sport);
    std::memcpy(socket.address.data(), message->id.idiag_src, socket.address.size());
    read_attributes(payload.subspan(std::min(aligned(sizeof(*message)), payload.size())), socket);
    return socket;
}

struct Request {
    nlmsghdr header;
    inet_diag_req_v2 body;
};

Request listeners_request(int family, std::uint16_t port) {
    Request request{};
    request.header.nlmsg_len = sizeof(request);
    request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    request.body.sdiag_family = std::uint8_t(family);
    request.body.sdiag_protocol = IPPROTO_TCP;
    request.body.idiag_states = 1U << TCP_LISTEN;
    request.body.id.idiag_sport = htons(port);
    return request;
}

std::unexpected<Error> system_error(int number) {
    return fail(ErrorCode::Unavailable, std::format("cannot ask the kernel who listens: {}", std::strerror(number)));
}

// Of one socket, which is named as if a connection from it were looked at.
Request answering_request(std::uint16_t port) {
    Request request{};
    request.header.nlmsg_len = sizeof(request);
    request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    request.header.nlmsg_flags = NLM_F_REQUEST;
    request.body.sdiag_family = AF_INET;
    request.body.sdiag_protocol = IPPROTO_TCP;
    request.body.id.idiag_sport = htons(port);
    request.body.id.idiag_src[0] = htonl(INADDR_LOOPBACK);
    request.body.id.idiag_dst[0] = htonl(INADDR_LOOPBACK);
    request.body.id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
    request.body.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
    return request;
}

Result<UniqueFd> open_netlink() {
    UniqueFd netlink(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
    // The kernel answers at once; the limit is for the one that does not.
    const timeval patience{.tv_sec = 1, .tv_usec = 0};
    if (!netlink || ::setsockopt(netlink.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) < 0) {
        return system_error(errno);
    }
    return netlink;
}

Result<void> send(int netlink, const Request& request) {
    return ::send(netlink, &request, sizeof(request), 0) < 0 ? Result<void>(system_error(errno)) : Result<void>();
}

Result<SocketDump> receive(int netlink) {
    std::array<std::byte, 32UL * 1024> buffer;  // NOLINT(*-member-init): filled by recv
    ssize_t length = -1;
    do {
        length = ::recv(netlink, buffer.data(), buffer.size(), 0);
    } while (length < 0 && errno == EINTR);
    if (length < 0) {
        return system_error(errno);
    }
    return parse_socket_dump(std::span(buffer).first(std::size_t(length)));
}

Result<void> dump(int netlink, int family, std::uint16_t port, std::vector<ListeningSocket>& sockets) {
    if (auto sent = send(netlink, listeners_request(family, port)); !sent) {
        return sent;
    }
    while (true) {
        const auto received = receive(netlink);
        if (!received) {
            return std::unexpected(received.error());
        }
        const SocketDump& part = *received;
        if (part.error == ENOENT) {  // a kernel without this address family
            return {};
        }
        if (part.error != 0) {
            return system_error(part.error);
        }
        // Old kernels do not filter by port.
        std::ranges::copy_if(part.sockets, std::back_inserter(sockets),
                             [port](const ListeningSocket& socket) { return socket.port == port; });
        if (part.complete) {
            return {};
        }
    }
}

constexpr std::array<std::uint8_t, 4> loopback{127, 0, 0, 1};
constexpr std::array<std::uint8_t, 4> any{};

bool answers_at_loopback(const ListeningSocket& socket) {
    const auto is_loopback_or_any = [](auto ipv4) {
        return std::ranges::equal(ipv4, loopback) || std::ranges::equal(ipv4, any);
    };
    const std::span<const std::uint8_t> address(socket.address);
    if (socket.family == AF_INET) {
        return is_loopback_or_any(address.first(4));
    }
    constexpr std::array<std::uint8_t, 16> any_ipv6{};
    constexpr std::array<std::uint8_t, 12> ipv4_in_ipv6{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    return !socket.ipv6_only && (socket.address == any_ipv6 || (std::ranges::equal(address.first(12), ipv4_in_ipv6) &&
                                                                is_loopback_or_any(address.last(4))));
}

}  // namespace

SocketDump parse_socket_dump(std::span<const std::byte> datagram) {
    SocketDump result;
    while (const auto header = read_as<nlmsghdr>(datagram)) {
        if (header->nlmsg_len < sizeof(nlmsghdr) || header->nlmsg_len > datagram.size()) {
            result.error = EBADMSG;
            return result;
        }
        const auto payload = datagram.subspan(sizeof(nlmsghdr), header->nlmsg_len - sizeof(nlmsghdr));
        if (header->nlmsg_type == NLMSG_DONE) {
            result.complete = true;
            return result;
        }
        if (header->nlmsg_type == NLMSG_ERROR) {
            const auto error = read_as<nlmsgerr>(payload);
            result.error = error && error->error < 0 ? -error->error : EBADMSG;
            return result;
        }
        if (header->nlmsg_type == SOCK_DIAG_BY_FAMILY) {
            if (const auto socket = parse_socket(payload)) {
                result.sockets.push_back(*socket);
            }
        }
        datagram = datagram.subspan(std::min(aligned(header->nlmsg_len), datagram.size()));
    }
    return result;
}

Result<std::vector<ListeningSocket>> listening_sockets(std::uint16_t port) {
    const auto netlink = open_netlink();
    if (!netlink) {
        return std::unexpected(netlink.error());
    }
    std::vector<ListeningSocket> sockets;
    for (const int family : {AF_INET, AF_INET6}) {
        if (auto done = dump(netlink->get(), family, port, sockets); !done) {
            return std::unexpected(done.error());
        }
    }
    return sockets;
}

std::optional<ListeningSocket> answering_socket(std::uint16_t port) {
    const auto netlink = open_netlink();
    const auto answer = netlink.and_then([port](const UniqueFd& fd) { return send(fd.get(), answering_request(port)); })
                            .and_then([&netlink] { return receive(netlink->get()); });
    return answer && !answer->sockets.empty() ? std::optional(answer->sockets.front()) : std::nullopt;
}

Result<PortHolder> holder_among(const std::vector<ListeningSocket>& sockets, std::uint64_t cgroup_id) {
    auto holder = PortHolder::nobody;
    for (const ListeningSocket& socket : sockets) {
        if (!answers_at_loopback(socket)) {
            continue;
        }
        if (!socket.cgroup_id) {
            return fail(ErrorCode::NotSupported, "the kernel does not tell the cgroup of a socket");
        }
        if (cgroup_id == 0 || *socket.cgroup_id != cgroup_id) {
            return PortHolder::other;
        }
        holder = PortHolder::workload;
    }
    return holder;
}

}  // namespace mcpctl::systemd
