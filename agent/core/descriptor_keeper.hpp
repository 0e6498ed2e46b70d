// Port to what keeps descriptors while no agent runs: systemd's file descriptor store.
#pragma once

#include <cstddef>
#include <string>

#include "base/unique_fd.hpp"

namespace mcpctl {

struct KeptDescriptor {
    std::string name;
    UniqueFd fd;
};

class DescriptorKeeper {
  public:
    virtual ~DescriptorKeeper() = default;

    // Keeps a duplicate under `name`, also while it is hung up, until it is dropped.
    virtual void keep(const std::string& name, int fd) = 0;
    // Done in the order of the calls, soon: PID 1 reads them from a queue.
    virtual void drop(const std::string& name) = 0;

    // So many fit: their names reach the agent as one environment string, and with more than 128 KiB of it no agent
    // could be started ever again (measured: 3 900 names of 32 characters start, 4 500 do not).
    static constexpr std::size_t capacity = 2000;
};

}  // namespace mcpctl
