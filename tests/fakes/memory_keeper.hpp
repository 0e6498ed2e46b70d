// A descriptor store in memory: what is kept here is what the next agent gets.
#pragma once

#include <fcntl.h>

#include <map>
#include <string>
#include <vector>

#include "agent/core/descriptor_keeper.hpp"

namespace mcpctl::test {

class MemoryKeeper final : public DescriptorKeeper {
  public:
    std::map<std::string, UniqueFd> kept;

    void keep(const std::string& name, int fd) override { kept[name].reset(::fcntl(fd, F_DUPFD_CLOEXEC, 0)); }
    void drop(const std::string& name) override { kept.erase(name); }

    std::vector<KeptDescriptor> take() {
        std::vector<KeptDescriptor> taken;
        for (auto& [name, fd] : kept) {
            taken.push_back({name, UniqueFd(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 0))});
        }
        return taken;
    }
};

}  // namespace mcpctl::test
