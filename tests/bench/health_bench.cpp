// What it costs to ask a thousand instances every ten seconds, and how late the questions are.
#include <cstdlib>
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

constexpr std::size_t instances = 1000;
constexpr std::size_t starts_at_once = 32;
constexpr auto watched = std::chrono::minutes(1);

std::string name_of(std::size_t index) {
    return std::format("i{}", index);
}

Task<void> start_all() {
    const auto agent = co_await connect_to_agent();
    const auto start_one = [&](std::size_t index) -> Task<void> {
        const auto accepted = co_await agent->start(name_of(index));
        co_await agent->end_of(accepted.job);
    };
    co_await concurrently(instances, starts_at_once, start_one);
}

double number_after(const std::string& text, const std::string& key) {
    const auto position = text.find(key);
    return position == std::string::npos ? 0 : std::strtod(text.c_str() + position + key.size(), nullptr);
}

void print_cost() {
    const int pid = agent_pid();
    const Usage before = usage_of(pid);
    const Stopwatch watch;
    std::this_thread::sleep_for(watched);
    const Usage after = usage_of(pid);
    std::println(
        "{} instances, asked every 10 s: agent {:.2f} % of one processor, {:.1f} wake-ups/s, {:.1f} MB resident",
        instances, 100 * (after.cpu_ms - before.cpu_ms) / watch.passed(),
        1000 * double(after.wakeups - before.wakeups) / watch.passed(), after.resident_mb);
}

void print_lateness() {
    Samples late;
    Samples latency;
    for (std::size_t index = 0; index < instances; ++index) {
        const std::string status = output_of({"mcpctl", "status", name_of(index), "--output=json"});
        late.push_back(number_after(status, "\"latenessMicroseconds\": ") / 1000);
        latency.push_back(number_after(status, "\"latencyMicroseconds\": ") / 1000);
    }
    std::println(
        "last checks: {:.1f} ms late at the median, {:.1f} ms at the most; answered in {:.1f} ms at the median",
        median(late), at(late, 1), median(latency));
}

Task<void> measure() {
    (void)output_of({"mcpctl", "list"});  // has the agent started
    co_await start_all();
    // All have been asked at least once when it begins.
    std::this_thread::sleep_for(std::chrono::seconds(11));
    print_cost();
    print_lateness();
}

}  // namespace

int main() {
    return run_benchmark(measure());
}
