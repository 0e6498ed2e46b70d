#include "ctl/polkit_agent.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <systemd/sd-login.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string>

#include "base/unique_fd.hpp"

namespace mcpctl::ctl {
namespace {

constexpr int patience_ms = 5000;

// It closes the descriptor when it is registered, or ends.
void wait_until_closed(int fd) {
    pollfd watched{fd, 0, 0};
    while (::poll(&watched, 1, patience_ms) < 0 && errno == EINTR) {
    }
}

// A desktop's agent goes first, but who has no login session has none either, and polkit 126 does not find a fallback
// for him (seen with setpriv and su).
bool in_a_session() {
    return ::sd_pid_get_session(0, nullptr) >= 0;
}

}  // namespace

bool PolkitAgent::is_of_use() {
    return ::geteuid() != 0 && ::isatty(STDIN_FILENO) != 0 && ::isatty(STDERR_FILENO) != 0;
}

PolkitAgent::PolkitAgent() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return;
    }
    const UniqueFd reader(ends[0]);
    UniqueFd writer(ends[1]);
    // In the child without O_CLOEXEC, under a number that nothing else has there.
    constexpr int notify = 3;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, writer.get(), notify);
    std::string program = "pkttyagent";
    std::string option = "--notify-fd=" + std::to_string(notify);
    std::string fallback = "--fallback";
    const std::array<char*, 4> arguments{program.data(), option.data(), in_a_session() ? fallback.data() : nullptr,
                                         nullptr};
    if (::posix_spawnp(&pid_, program.c_str(), &actions, nullptr, arguments.data(), environ) != 0) {
        pid_ = -1;
    }
    posix_spawn_file_actions_destroy(&actions);
    writer = {};
    if (pid_ > 0) {
        wait_until_closed(reader.get());
    }
}

// It may be stopped, where it has read from a terminal that is somebody else's by now.
PolkitAgent::~PolkitAgent() {
    if (pid_ > 0) {
        ::kill(pid_, SIGTERM);
        ::kill(pid_, SIGCONT);
        while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
        }
    }
}

}  // namespace mcpctl::ctl
