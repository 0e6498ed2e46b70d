#include "agent/core/restart_counts.hpp"

namespace mcpctl {

// One end of a server that is started again is seen in several steps, or not at all: what counts is the count.
std::uint32_t restarts_between(const Instance& before, const Instance& now) {
    const bool again = now.state != InstanceState::failed && now.generation == before.generation;
    return again && now.restarts > before.restarts ? now.restarts - before.restarts : 0;
}

RestartsByReason RestartCounts::of(const InstanceId& id) const {
    const auto found = counts_.find(id);
    return found == counts_.end() ? RestartsByReason() : found->second;
}

void RestartCounts::instance_changed(const Instance& before, const Instance& now) {
    if (const std::uint32_t restarts = restarts_between(before, now); restarts > 0) {
        // An engine that starts a container again tells no reason.
        const bool told = now.reason.code != ReasonCode::none;
        counts_[now.id][told ? now.reason.code : ReasonCode::unknown] += restarts;
    }
}

}  // namespace mcpctl
