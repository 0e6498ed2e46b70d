// What the agent adds to a start: the time from the call to the program's execution, as a ratio to PID 1 alone with the
// same properties and with none. One after the other in turn, so that a noisy machine disturbs all of them alike.
#include <format>
#include <print>
#include <string>

#include "tests/bench/support/agent_client.hpp"
#include "tests/bench/support/measure.hpp"

namespace {

using namespace mcpctl;
using namespace mcpctl::bench;

constexpr int rounds = 40;

struct Measured {
    Samples bare;      // StartTransientUnit with nothing but a command
    Samples same;      // with the properties that the agent sends
    Samples accepted;  // the agent, from the call to its reply: the intent is on the disk
    Samples executed;  // the agent, from the call until the unit runs
    Samples ready;     // the agent, from the call until JobRemoved: the server accepts
};

Task<void> time_raw(systemd::Pid1& pid1, std::string unit, systemd::UnitProperties properties, Samples& samples) {
    samples.push_back(co_await time_start(pid1, unit, std::move(properties)));
    co_await remove_unit(pid1, unit);
}

Task<void> time_agent(AgentClient& agent, systemd::Pid1& pid1, Measured& measured) {
    const Stopwatch watch;
    const auto accepted = co_await agent.start("bench");
    measured.accepted.push_back(watch.passed());
    const std::string unit =
        std::format("mcpctl-{}-1.service", accepted.instance.substr(accepted.instance.rfind('/') + 1));
    while (true) {
        const auto state = co_await pid1.property(unit, systemd::UnitInterface::service, "ExecMainHandoffTimestamp");
        if (state && state->get<std::uint64_t>() != 0) {
            measured.executed.push_back(watch.passed());
            break;
        }
    }
    co_await agent.end_of(accepted.job);
    measured.ready.push_back(watch.passed());
    co_await agent.stop(accepted.instance);
}

void print_row(const char* what, const Samples& samples, const Measured& measured) {
    std::println("{:<44} {:>8.1f} {:>8.1f} {:>10.2f} {:>10.2f}", what, median(samples), at(samples, 0.99),
                 median(samples) / median(measured.same), median(samples) / median(measured.bare));
}

Task<void> measure() {
    const auto pid1 = connect_to_pid1(co_await asio::this_coro::executor);
    const auto agent = co_await connect_to_agent();
    Measured measured;
    for (int round = 0; round < rounds; ++round) {
        co_await time_raw(*pid1, std::format("mcpctl-bench-bare-{}.service", round), bare(), measured.bare);
        co_await time_raw(*pid1, std::format("mcpctl-bench-same-{}.service", round), sandboxed(), measured.same);
        co_await time_agent(*agent, *pid1, measured);
    }
    std::println("{} starts of each kind in turn; times in ms", rounds);
    std::println("{:<44} {:>8} {:>8} {:>10} {:>10}", "", "median", "p99", "/same", "/bare");
    print_row("StartTransientUnit, a command only", measured.bare, measured);
    print_row("StartTransientUnit, the same properties", measured.same, measured);
    print_row("agent: call to reply (on the disk)", measured.accepted, measured);
    print_row("agent: call to executed", measured.executed, measured);
    print_row("agent: call to ready (accepts on its port)", measured.ready, measured);
}

}  // namespace

int main() {
    return run_benchmark(measure());
}
