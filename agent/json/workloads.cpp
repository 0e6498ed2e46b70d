#include "agent/json/workloads.hpp"

#include <nlohmann/json.hpp>

#include "agent/core/enum_names.hpp"

namespace mcpctl {

std::string workloads_to_json(const std::vector<NamedWorkload>& workloads) {
    auto array = nlohmann::json::array();
    for (const auto& [unit, role, status] : workloads) {
        array.push_back({{"unit", unit},
                         {"role", role},
                         {"runtimeId", status.runtime_id},
                         {"pid", status.pid},
                         {"phase", spelt(status.phase)},
                         {"restarts", status.restarts},
                         {"since", status.since}});
    }
    return array.dump();
}

std::string sessions_to_json(const std::vector<NamedSession>& sessions) {
    auto array = nlohmann::json::array();
    for (const auto& [unit, record] : sessions) {
        array.push_back({{"session", process_text(record.process)},
                         {"unit", unit},
                         {"pid", record.pid},
                         {"state", spelt(record.state)},
                         {"cold", record.cold},
                         {"peerUid", record.peer.uid},
                         {"peerPid", record.peer.pid},
                         {"generation", record.generation},
                         {"openedAt", record.opened_at},
                         {"endedAt", record.ended_at},
                         {"reasonCode", spelt(record.reason.code)},
                         {"reason", record.reason.text}});
    }
    return array.dump();
}

}  // namespace mcpctl
