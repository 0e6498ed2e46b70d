// PID 1 reads its units again or executes itself again, every second, in the middle of starts, restarts and stops: none
// of them fails because of it, and nothing about what runs changes. ./dev bench reload does it 300 times.
#include <chrono>
#include <random>
#include <thread>

#include "tests/system/support/machine_test.hpp"
#include "tests/system/support/rounds.hpp"
#include "tests/system/support/unit_settings.hpp"

namespace mcpctl::test {
namespace {

class ReloadUnderLoad : public MachineTest {
  protected:
    static std::string worker(int round) { return std::format("worker-{}", round); }

    // Each worker lives for three rounds: it is started, restarted and stopped.
    static void work(int round, std::mt19937& random) {
        std::vector<Process> work;
        work.push_back(mcpctl_process({"start", "echo", "--name", worker(round)}));
        if (round >= 1) {
            work.push_back(mcpctl_process({"restart", worker(round - 1)}));
        }
        if (round >= 2) {
            work.push_back(mcpctl_process({"stop", worker(round - 2), "--yes"}));
        }
        work.push_back(mcpctl_process({"status", "steady"}));
        work.push_back(mcpctl_process({"list"}));
        std::this_thread::sleep_for(std::chrono::milliseconds(random() % 400));  // the moment is what is tried
        systemctl({round % 2 == 0 ? "daemon-reexec" : "daemon-reload"});
        for (Process& process : work) {
            const Output output = process.wait();
            EXPECT_EQ(output.status, 0) << "round " << round << ": " << output.err;
        }
    }
};

TEST_F(ReloadUnderLoad, NothingIsLostAndNothingChanges) {
    const auto seed = std::random_device()();
    SCOPED_TRACE(std::format("seed {}", seed));
    std::mt19937 random(seed);
    const int count = rounds(15, 300);
    define_test_server("echo");
    define_test_server("steady");
    define("everything", {"mcp-server-everything", "streamableHttp"});
    start("steady");
    start("everything");
    const Json steady = status_of("steady");
    const Json everything = status_of("everything");
    const auto settings = unit_settings(steady["unit"]);
    const auto settings_of_everything = unit_settings(everything["unit"]);
    const int pid = main_pid_of("steady");
    const int agent = agent_pid();
    const auto begin = std::chrono::steady_clock::now();
    for (int round = 0; round < count && !HasFailure(); ++round) {
        std::this_thread::sleep_until(begin + round * 1s);
        work(round, random);
    }
    EXPECT_EQ(agent_pid(), agent);
    EXPECT_EQ(main_pid_of("steady"), pid);
    EXPECT_EQ(without_health(status_of("steady")), without_health(steady));
    EXPECT_EQ(without_health(status_of("everything")), without_health(everything));
    EXPECT_THAT(changed_settings(settings, unit_settings(steady["unit"])), ::testing::IsEmpty());
    EXPECT_THAT(changed_settings(settings_of_everything, unit_settings(everything["unit"])), ::testing::IsEmpty());
    EXPECT_EQ(state_of(worker(count - 1)), "running");
    EXPECT_EQ(state_of(worker(count - 2)), "running");
    EXPECT_EQ(mcpctl_json({"list"}).size(), 4U);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    std::printf("%d reloads and re-executions in %.0f s\n", count, took.count());
}

}  // namespace
}  // namespace mcpctl::test
