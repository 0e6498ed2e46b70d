// What 10, 100 and 1 000 instances cost: listings, single operations, the agent's memory, its start and its idleness.
#include <format>
#include <print>
#include <string>
#include <thread>

#include "base/concurrently.hpp"
#include "tests/bench/support/agent_client.hpp"
#include "tests/bench/support/measure.hpp"

namespace {

using namespace mcpctl;
using namespace mcpctl::bench;

constexpr int rounds = 15;
constexpr std::size_t starts_at_once = 32;
constexpr int foreign_units = 50;

std::string name_of(std::size_t index) {
    return std::format("i{}", index);
}

Task<void> start_up_to(std::size_t from, std::size_t to) {
    const auto agent = co_await connect_to_agent();
    const Stopwatch watch;
    const auto start_one = [&](std::size_t index) -> Task<void> {
        const auto accepted = co_await agent->start(name_of(from + index));
        co_await agent->end_of(accepted.job);
    };
    co_await concurrently(to - from, starts_at_once, start_one);
    std::println("{} instances; {} started in {:.1f} s", to, to - from, watch.passed() / 1000);
}

double median_of(const Command& command) {
    Samples samples;
    for (int round = 0; round < rounds; ++round) {
        samples.push_back(time_of(command));
    }
    return median(samples);
}

void print_tool() {
    const std::string name = name_of(0);
    const std::string status = output_of({"mcpctl", "status", name, "--output=json"});
    const std::string key = "\"unit\":";
    const auto begin = status.find('"', status.find(key) + key.size()) + 1;
    const std::string unit = status.substr(begin, status.find('"', begin) - begin);
    Samples ours;
    Samples theirs;
    for (int round = 0; round < 2 * rounds; ++round) {
        ours.push_back(time_of({"mcpctl", "status", name}));
        theirs.push_back(time_of({"systemctl", "status", "--no-pager", unit}));
    }
    std::println("  mcpctl status {:.1f} ms, systemctl status {:.1f} ms, ratio {:.2f}", median(ours), median(theirs),
                 median(ours) / median(theirs));
    std::println(
        "  mcpctl list {:.1f} ms on the socket, {:.1f} ms on the bus; systemctl list-units 'mcpctl-*' {:.1f} ms",
        median_of({"mcpctl", "--connection=socket", "list"}), median_of({"mcpctl", "--connection=bus", "list"}),
        median_of({"systemctl", "list-units", "--no-pager", "mcpctl-*"}));
}

void print_memory(const char* when) {
    const Usage usage = usage_of(agent_pid());
    std::println("  agent {}: {:.1f} MB resident, {:.1f} MB proportional", when, usage.resident_mb,
                 usage.proportional_mb);
}

void print_adoption() {
    Samples samples;
    for (int round = 0; round < rounds; ++round) {
        time_of({"systemctl", "stop", "--quiet", "mcpctl-agent.service"});
        samples.push_back(time_of({"systemctl", "start", "mcpctl-agent.service"}));
    }
    std::println("  agent's start, adoption included, to READY: {:.1f} ms", median(samples));
}

void print_idleness() {
    const int pid = agent_pid();
    const Usage before = usage_of(pid);
    std::this_thread::sleep_for(std::chrono::minutes(1));
    const Usage after = usage_of(pid);
    for (int unit = 0; unit < foreign_units; ++unit) {
        time_of({"systemd-run", "--quiet", "--wait", "--collect", "true"});
    }
    const Usage busy = usage_of(pid);
    std::println(
        "  agent, idle for a minute: {} wake-ups, {:.1f} ms of CPU; for each foreign unit that comes and goes: "
        "{:.1f} wake-ups, {:.2f} ms of CPU",
        after.wakeups - before.wakeups, after.cpu_ms - before.cpu_ms,
        double(busy.wakeups - after.wakeups) / foreign_units, (busy.cpu_ms - after.cpu_ms) / foreign_units);
}

Task<void> measure() {
    (void)output_of({"mcpctl", "list"});  // has the agent started
    print_memory("without instances");
    std::size_t now = 0;
    for (const std::size_t target : {10, 100, 1000}) {
        co_await start_up_to(now, target);
        now = target;
        print_memory("after the starts");
        print_adoption();
        print_memory("freshly started");
        print_tool();
        print_memory("after listings");
    }
    print_idleness();
}

}  // namespace

int main() {
    return run_benchmark(measure());
}
