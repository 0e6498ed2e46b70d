#include "agent/json/workloads.hpp"

#include <nlohmann/json.hpp>

#include "agent/core/enum_names.hpp"

namespace mcpctl {

std::string workloads_to_json(const std::vector<NamedWorkload>& workloads) {
    auto array = nlohmann::json::array();
    for (const auto& [unit, status] : workloads) {
        array.push_back({{"unit", unit},
                         {"runtimeId", status.runtime_id},
                         {"pid", status.pid},
                         {"phase", spelt(status.phase)},
                         {"restarts", status.restarts},
                         {"since", status.since}});
    }
    return array.dump();
}

}  // namespace mcpctl
