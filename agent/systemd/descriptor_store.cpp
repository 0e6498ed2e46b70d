#include "agent/systemd/descriptor_store.hpp"

#include <sys/socket.h>
#include <systemd/sd-daemon.h>

#include <cstdlib>
#include <cstring>
#include <format>

#include "base/journal.hpp"

namespace mcpctl::systemd {
namespace {

void tell(const std::string& state, const int* fd) {
    const int sent = sd_pid_notify_with_fds(0, 0, state.c_str(), fd, fd == nullptr ? 0 : 1);
    if (sent < 0) {
        log::error(std::format("PID 1 was not told \"{}\": {}", state, std::strerror(-sent)));
    }
}

}  // namespace

// FDPOLL=0: PID 1 would drop it, without a word, as soon as it is hung up.
void DescriptorStore::keep(const std::string& name, int fd) {
    tell(std::format("FDSTORE=1\nFDPOLL=0\nFDNAME={}", name), &fd);
}

void DescriptorStore::drop(const std::string& name) {
    tell(std::format("FDSTOREREMOVE=1\nFDNAME={}", name), nullptr);
}

PassedDescriptors take_passed_descriptors() {
    PassedDescriptors passed;
    char** names = nullptr;
    const int count = sd_listen_fds_with_names(1, &names);
    for (int i = 0; i < count; ++i) {
        UniqueFd fd(SD_LISTEN_FDS_START + i);
        if (sd_is_socket_unix(fd.get(), SOCK_STREAM, 1, nullptr, 0) > 0) {
            passed.socket = std::move(fd);
        } else {
            passed.kept.push_back({names[i], std::move(fd)});
        }
        ::free(names[i]);
    }
    ::free(static_cast<void*>(names));
    return passed;
}

}  // namespace mcpctl::systemd
