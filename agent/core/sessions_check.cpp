// Whether a stdio server is well: asked of a standby, and only what settles nothing about the protocol.
#include <format>

#include "agent/core/ping.hpp"
#include "agent/core/sessions.hpp"

namespace mcpctl {

Task<ProbeResult> Sessions::check(InstanceId id, Duration timeout) {
    const auto begin = Clock::now();
    const Instance* instance = registry_.instance(id);
    if (instance == nullptr) {
        co_return ProbeResult{.error = "the instance is gone"};
    }
    if (instance->config.profile.standby == 0) {
        co_return ProbeResult{.error = pools_[id].last_start_failure};
    }
    // The last one may just have been handed over: the next is on its way.
    while (oldest_standby(id, true) == nullptr) {
        if (registry_.instance(id) == nullptr) {
            co_return ProbeResult{.error = "the instance is gone"};
        }
        Condition& opening = pools_[id].opening;
        if (!co_await opening.wait_until(begin + timeout, opening.count())) {
            co_return ProbeResult{.error = "no standby is ready"};
        }
    }
    const ProcessPtr process = by_number_.at(oldest_standby(id, true)->ref.process);
    process->checked = true;
    const auto sent = Clock::now();
    const auto result = co_await ping(process->client.get(), ping_id(), sent + timeout);
    process->checked = false;
    const bool answered = result == PingResult::answered;
    end_check(process, answered, timeout);
    if (!answered) {
        co_return ProbeResult{
            .error = result == PingResult::closed
                         ? "a standby ended its output instead of answering ping"
                         : std::format("a standby did not answer ping within {}", format_duration(timeout))};
    }
    co_return ProbeResult{.latency = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - sent)};
}

// One that has not answered must never be handed over. One whose output has ended is ending, most likely, and its exit
// code says more.
void Sessions::end_check(const ProcessPtr& process, bool answered, Duration timeout) {
    if (!answered && !process->ended && !process->end) {
        process->fault = {ReasonCode::unresponsive,
                          std::format("did not answer a check within {}", format_duration(timeout))};
        plan_end(*process, {.cause = process->fault->text, .terminate_at = Clock::now(), .kill_at = Clock::now()});
    }
    if (const auto own = pools_.find(process->ref.instance); own != pools_.end()) {
        own->second.opening.notify();
    }
}

}  // namespace mcpctl
