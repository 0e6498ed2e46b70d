// The agent's file descriptor store with PID 1 (systemd.service(5), FileDescriptorStoreMax=).
#pragma once

#include <string>
#include <vector>

#include "agent/core/descriptor_keeper.hpp"

namespace mcpctl::systemd {

class DescriptorStore final : public DescriptorKeeper {
  public:
    void keep(const std::string& name, int fd) override;
    void drop(const std::string& name) override;
};

// What PID 1 passed to this process: the socket that activated it, and what an earlier agent had kept. To be called
// once.
struct PassedDescriptors {
    UniqueFd socket;
    std::vector<KeptDescriptor> kept;
};
[[nodiscard]] PassedDescriptors take_passed_descriptors();

}  // namespace mcpctl::systemd
