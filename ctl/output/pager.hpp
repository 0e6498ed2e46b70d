// A program to read long output with.
#pragma once

#include <sys/types.h>

namespace mcpctl::ctl {

// While it lives, stdout goes to the pager: $SYSTEMD_PAGER, $PAGER or less, as journalctl has it. Its end waits for
// the reader to leave. Without a pager that can be run, stdout stays what it is.
class Pager {
  public:
    explicit Pager(bool wanted);
    Pager(const Pager&) = delete;
    Pager& operator=(const Pager&) = delete;
    ~Pager();

  private:
    pid_t child_ = -1;
    int terminal_ = -1;
};

}  // namespace mcpctl::ctl
