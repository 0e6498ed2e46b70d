#include "ctl/interrupt.hpp"

#include <sys/signalfd.h>

namespace mcpctl::ctl {
namespace {

sigset_t only_interrupt() {
    sigset_t set{};
    ::sigemptyset(&set);
    ::sigaddset(&set, SIGINT);
    return set;
}

}  // namespace

Interrupt::Interrupt() {
    const sigset_t set = only_interrupt();
    ::pthread_sigmask(SIG_BLOCK, &set, &previous_);
    fd_.reset(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

Interrupt::~Interrupt() {
    // A signal that was reported is consumed, or it would end the program in the middle of saying so.
    signalfd_siginfo signal{};
    while (::read(fd_.get(), &signal, sizeof signal) > 0) {
    }
    ::pthread_sigmask(SIG_SETMASK, &previous_, nullptr);
}

}  // namespace mcpctl::ctl
