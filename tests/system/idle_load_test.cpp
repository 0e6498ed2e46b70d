// Calls around the moment in which the agent leaves: none is lost.
#include <sdbus-c++/sdbus-c++.h>

#include <atomic>
#include <barrier>
#include <map>
#include <mutex>
#include <random>
#include <thread>

#include "tests/system/support/machine_test.hpp"

namespace mcpctl::test {
namespace {

using Steady = std::chrono::steady_clock;

constexpr auto idle_timeout = 100ms;
constexpr int workers = 16;
constexpr int rounds = 105;
constexpr int calls_per_round = 6;  // of each worker: 10 080 calls in all

std::string version_over(std::unique_ptr<sdbus::IConnection> connection, const std::string& service) {
    const auto proxy = sdbus::createProxy(std::move(connection), sdbus::ServiceName(service),
                                          sdbus::ObjectPath("/org/mcpctl/Agent1"), sdbus::dont_run_event_loop_thread);
    sdbus::Variant version;
    proxy->callMethod("Get")
        .onInterface("org.freedesktop.DBus.Properties")
        .withTimeout(10s)
        .withArguments("org.mcpctl.Agent1.Manager", "Version")
        .storeResultsTo(version);
    return version.get<std::string>();
}

class IdleLoad : public MachineTest {
  protected:
    void work(int number, unsigned seed) {
        std::mt19937 random(seed + unsigned(number));
        const bool over_the_bus = number % 2 == 0;
        for (int round = 0; round < rounds; ++round) {
            // Everybody is quiet until about the moment in which the agent has been idle for long enough.
            start_of_round.arrive_and_wait();
            const int shift = int(std::mt19937(seed + 1000U + unsigned(round))() % 40'000) - 10'000;
            const auto moment = Steady::now() + idle_timeout + std::chrono::microseconds(shift);
            for (int i = 0; i < calls_per_round; ++i) {
                std::this_thread::sleep_until(moment + std::chrono::microseconds(random() % 15'000));
                call(over_the_bus);
            }
        }
    }

    void call(bool over_the_bus) {
        try {
            // A connection on the socket is a reason to stay, so each lasts for one call.
            const std::string version =
                over_the_bus ? version_over(sdbus::createSystemBusConnection(), "org.mcpctl.Agent1")
                             : version_over(sdbus::createDirectBusConnection("unix:path=/run/mcpctl/agent.socket"), "");
            answered += version.empty() ? 0 : 1;
        } catch (const sdbus::Error& error) {
            const std::scoped_lock guard(mutex);
            ++lost[std::string(over_the_bus ? "bus: " : "socket: ") + error.what()];
        }
    }

    std::barrier<> start_of_round{workers};
    std::atomic<int> answered = 0;
    std::mutex mutex;
    std::map<std::string, int> lost;
};

TEST_F(IdleLoad, TenThousandCallsAroundTheIdleMomentLoseNone) {
    const auto seed = std::random_device()();
    SCOPED_TRACE(std::format("seed {}", seed));
    const ConfigurationDropIn configuration("[agent]\nidle_timeout = \"100ms\"\n");
    stop_agent();
    const std::size_t before =
        journal({"_PID=1", "UNIT=mcpctl-agent.service", "JOB_TYPE=start", "JOB_RESULT=done"}).size();
    const auto begin = Steady::now();
    {
        std::vector<std::jthread> threads;
        for (int number = 0; number < workers; ++number) {
            threads.emplace_back([this, number, seed] { work(number, seed); });
        }
    }
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now() - begin);
    const std::size_t agents =
        journal({"_PID=1", "UNIT=mcpctl-agent.service", "JOB_TYPE=start", "JOB_RESULT=done"}).size() - before;
    std::printf("%d calls in %d ms, answered by %zu agents\n", answered.load(), int(took.count()), agents);
    for (const auto& [error, count] : lost) {
        ADD_FAILURE() << count << " × " << error;
    }
    EXPECT_EQ(answered, workers * rounds * calls_per_round);
    // Otherwise this has tried nothing.
    EXPECT_GT(agents, 10U);
}

}  // namespace
}  // namespace mcpctl::test
