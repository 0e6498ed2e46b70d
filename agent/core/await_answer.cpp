#include "agent/core/await_answer.hpp"

#include <algorithm>
#include <format>
#include <memory>
#include <optional>

namespace mcpctl {
namespace {

// A server that has just begun to listen may need a moment; one that needs longer is not asked all the time.
constexpr Clock::duration first_pause = std::chrono::milliseconds(10);
constexpr Clock::duration longest_pause = std::chrono::seconds(1);
// Events are hints and may be lost: look at the workload at least this often.
constexpr auto safety_look = std::chrono::seconds(1);
// A check that the deadline ends may still tell why.
constexpr auto last_words = std::chrono::milliseconds(200);

// One check beside the wait. It may outlive whoever waits, who then is not woken any more.
class Asking {
  public:
    Asking(const asio::any_io_executor& executor, Probe& probe, ProbeTarget target, Activity& waiting)
        : state_(std::make_shared<State>(std::nullopt, &waiting)) {
        spawn_detached(executor, "checking a server that starts", ask(probe, std::move(target), state_));
    }
    Asking(const Asking&) = delete;
    Asking& operator=(const Asking&) = delete;
    ~Asking() { state_->waiting = nullptr; }

    [[nodiscard]] const std::optional<ProbeResult>& result() const { return state_->result; }

  private:
    struct State {
        std::optional<ProbeResult> result;
        Activity* waiting;
    };
    static Task<void> ask(Probe& probe, ProbeTarget target, std::shared_ptr<State> state) {
        state->result = co_await probe.check(std::move(target));
        if (state->waiting != nullptr) {
            state->waiting->changed.notify();
        }
    }

    std::shared_ptr<State> state_;
};

std::unexpected<StartFailure> never_answered(const Instance& instance, const std::string& error) {
    return start_failed(
        ErrorCode::StartFailed, ReasonCode::start_timeout,
        std::format("the server listens on port {}, but did not answer MCP within {}: {}", instance.port,
                    format_duration(instance.config.profile.start_timeout), error),
        std::format("is {} its MCP endpoint? A slow one needs a longer startTimeout", instance.endpoint()));
}

ProbeTarget target_of(const Instance& instance, Clock::time_point deadline) {
    const auto left = std::chrono::ceil<Duration>(deadline - Clock::now());
    const Duration timeout = std::clamp(left, Duration(1), instance.config.profile.health.check_timeout());
    return {instance.endpoint(), instance.config.server.transport, McpGeneration::unknown, timeout};
}

}  // namespace

Task<Started<WorkloadStatus>> await_answer(Runtime& runtime, Probe& probe, Instance instance, Activity& activity,
                                           Clock::time_point deadline) {
    const auto executor = co_await asio::this_coro::executor;
    std::optional<Asking> asking;
    std::string error = "no check was made";
    Clock::duration pause = first_pause;
    Clock::time_point next = Clock::now();
    while (true) {
        const auto seen = activity.changed.count();
        const auto status = co_await runtime.inspect({instance.id, instance.generation});
        if (auto over = why_over(status, activity.canceled)) {
            co_return std::unexpected(*std::move(over));
        }
        if (asking && asking->result()) {
            if (status && asking->result()->ready()) {
                co_return *status;
            }
            error = asking->result()->ready() ? "systemd does not tell how it is" : asking->result()->error;
            asking.reset();
            next = Clock::now() + pause;
            pause = std::min(pause * 2, longest_pause);
        }
        const auto end = asking ? deadline + last_words : deadline;
        if (Clock::now() >= end) {
            co_return never_answered(instance, error);
        }
        if (!asking && Clock::now() >= next) {
            asking.emplace(executor, probe, target_of(instance, deadline), activity);
        }
        const auto look = asking ? Clock::now() + safety_look : next;
        co_await activity.changed.wait_until(std::min<Clock::time_point>(end, look), seen);
    }
}

}  // namespace mcpctl
