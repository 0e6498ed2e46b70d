// Ctrl+C as something to wait for.
#pragma once

#include <csignal>

#include "base/unique_fd.hpp"

namespace mcpctl::ctl {

// While it lives, SIGINT no longer ends the program but makes fd() readable.
class Interrupt {
  public:
    Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;
    ~Interrupt();

    [[nodiscard]] int fd() const { return fd_.get(); }

  private:
    sigset_t previous_{};
    UniqueFd fd_;
};

}  // namespace mcpctl::ctl
