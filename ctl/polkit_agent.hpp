// polkit's agent on this terminal, which asks for passwords where no desktop does: pkttyagent(1), as systemctl(1) runs
// it.
#pragma once

#include <sys/types.h>

namespace mcpctl::ctl {

class PolkitAgent {
  public:
    // Starts it and waits until it is registered. Where it is missing, there is none.
    PolkitAgent();
    PolkitAgent(const PolkitAgent&) = delete;
    PolkitAgent& operator=(const PolkitAgent&) = delete;
    ~PolkitAgent();

    // Whether somebody at this terminal could be asked: root is not asked, and a script cannot be.
    [[nodiscard]] static bool is_of_use();

  private:
    pid_t pid_ = -1;
};

}  // namespace mcpctl::ctl
