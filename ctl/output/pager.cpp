#include "ctl/output/pager.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/unique_fd.hpp"

namespace mcpctl::ctl {
namespace {

std::string command() {
    for (const char* name : {"SYSTEMD_PAGER", "PAGER"}) {
        if (const char* value = std::getenv(name)) {
            return value;
        }
    }
    return "less";
}

// Ends the process.
void become(const std::string& pager, int input) {
    ::dup2(input, STDIN_FILENO);
    // Quit on one screen, keep colours, cut long lines, leave the text there, no terminal initialisation, quit on ^C.
    ::setenv("LESS", "FRSXMK", 0);
    // It is mostly root who reads logs: no shell or editor from inside.
    ::setenv("LESSSECURE", "1", 1);
    ::execl("/bin/sh", "sh", "-c", pager.c_str(), nullptr);
    ::_exit(127);
}

}  // namespace

Pager::Pager(bool wanted) {
    const std::string pager = wanted ? command() : "";
    if (pager.empty() || pager == "cat") {
        return;
    }
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) {
        return;
    }
    const UniqueFd reader(ends[0]);
    const UniqueFd writer(ends[1]);
    child_ = ::fork();
    if (child_ == 0) {
        become(pager, reader.get());
    }
    if (child_ > 0) {
        std::signal(SIGPIPE, SIG_IGN);  // who leaves the pager has seen enough
        terminal_ = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
        ::dup2(writer.get(), STDOUT_FILENO);
    }
}

Pager::~Pager() {
    if (child_ <= 0) {
        return;
    }
    std::fflush(stdout);
    std::clearerr(stdout);
    ::dup2(terminal_, STDOUT_FILENO);
    ::close(terminal_);
    while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

}  // namespace mcpctl::ctl
