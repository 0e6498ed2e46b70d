// Two hundred starts at once, by PID 1 alone and by the agent, and as many stops: all must succeed.
#include <format>
#include <print>
#include <string>
#include <string_view>
#include <vector>

#include "base/concurrently.hpp"
#include "tests/bench/support/agent_client.hpp"
#include "tests/bench/support/measure.hpp"

namespace {

using namespace mcpctl;
using namespace mcpctl::bench;

constexpr std::size_t count = 200;

Task<double> time_raw(systemd::Pid1& pid1, std::string_view round) {
    const auto unit = [round](std::size_t index) { return std::format("mcpctl-bench-{}-{}.service", round, index); };
    const Stopwatch watch;
    const auto start_one = [&](std::size_t index) -> Task<void> {
        (void)co_await time_start(pid1, unit(index), sandboxed());
    };
    co_await concurrently(count, count, start_one);
    const double taken = watch.passed();
    for (std::size_t index = 0; index < count; ++index) {
        co_await remove_unit(pid1, unit(index));
    }
    co_return taken;
}

struct Burst {
    double accepted = 0, ready = 0, stopped = 0;
};

Task<Burst> time_agent(AgentClient& agent) {
    Burst times;
    std::vector<AgentClient::Accepted> started(count);
    const Stopwatch watch;
    const auto ask = [&](std::size_t index) -> Task<void> {
        started[index] = co_await agent.start(std::format("burst-{}", index));
    };
    co_await concurrently(count, count, ask);
    times.accepted = watch.passed();
    for (const auto& one : started) {
        co_await agent.end_of(one.job);
    }
    times.ready = watch.passed();
    const Stopwatch stops;
    const auto stop = [&](std::size_t index) -> Task<void> { co_await agent.stop(started[index].instance); };
    co_await concurrently(count, count, stop);
    times.stopped = stops.passed();
    co_return times;
}

Task<void> measure() {
    const auto pid1 = connect_to_pid1(co_await asio::this_coro::executor);
    const auto agent = co_await connect_to_agent();
    const double before = co_await time_raw(*pid1, "before");
    const Burst agents = co_await time_agent(*agent);
    const double after = co_await time_raw(*pid1, "after");
    const double raw = (before + after) / 2;
    std::println("{} starts at once, s until the last one is there", count);
    std::println("{:<52} {:>8.1f}", "StartTransientUnit, the same properties, executed", raw / 1000);
    std::println("{:<52} {:>8.1f}", "agent: all accepted (on the disk)", agents.accepted / 1000);
    std::println("{:<52} {:>8.1f}   ratio {:.2f}", "agent: all ready (accept on their ports)", agents.ready / 1000,
                 agents.ready / raw);
    std::println("{:<52} {:>8.1f}", "agent: as many stops at once, the last one gone", agents.stopped / 1000);
}

}  // namespace

int main() {
    return run_benchmark(measure());
}
