#include "agent/audit/journal_socket.hpp"

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>

#include "agent/systemd/journal_reader.hpp"

namespace mcpctl::audit {
namespace {

constexpr std::string_view journald = "/run/systemd/journal/socket";

}  // namespace

// Not connected: journald may be stopped and come back with another socket.
bool JournalSocket::send(std::string_view entry) {
    if (!socket_) {
        socket_.reset(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    }
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::ranges::copy(journald, address.sun_path);
    return ::sendto(socket_.get(), entry.data(), entry.size(), MSG_NOSIGNAL, reinterpret_cast<sockaddr*>(&address),
                    sizeof address) == ssize_t(entry.size());
}

bool JournalSocket::settle() {
    return systemd::synchronize_journal();
}

}  // namespace mcpctl::audit
