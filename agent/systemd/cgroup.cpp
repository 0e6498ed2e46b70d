#include "agent/systemd/cgroup.hpp"

#include <fstream>

namespace mcpctl::systemd {

bool is_populated(const std::string& group) {
    if (group.empty()) {
        return false;
    }
    // The second place is that of a host that mixes both versions of cgroups.
    for (const char* root : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}) {
        std::ifstream events(root + group + "/cgroup.events");
        std::string key;
        int value = 0;
        while (events >> key >> value) {
            if (key == "populated") {
                return value != 0;
            }
        }
    }
    return false;
}

}  // namespace mcpctl::systemd
