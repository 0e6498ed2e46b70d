#include "tests/crash/random_kills.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <csignal>
#include <mutex>
#include <print>
#include <random>
#include <set>
#include <thread>

#include "tests/crash/load.hpp"
#include "tests/crash/truth.hpp"
#include "tests/system/support/eventually.hpp"
#include "tests/system/support/mcpctl.hpp"
#include "tests/system/support/systemd.hpp"

namespace mcpctl::test {
namespace {

constexpr int definition_clients = 12;
constexpr int instance_clients = 3;

// How far the load has come.
class Progress {
  public:
    void add() {
        const std::scoped_lock guard(mutex_);
        ++count_;
        changed_.notify_one();
    }
    // False when it does not come so far.
    [[nodiscard]] bool reaches(int count) {
        std::unique_lock guard(mutex_);
        while (count_ < count) {
            if (!changed_.wait_for(guard, 2min, [&, before = count_] { return count_ > before; })) {
                return false;
            }
        }
        return true;
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int count_ = 0;
};

class Load {
  public:
    explicit Load(std::uint32_t seed) {
        const auto count = [this] { progress.add(); };
        for (int i = 0; i < definition_clients; ++i) {
            clients_.push_back(std::make_unique<DefinitionLoad>(std::format("d{}", i), seed++, count));
        }
        for (int i = 0; i < instance_clients; ++i) {
            clients_.push_back(std::make_unique<InstanceLoad>(std::format("i{}", i), seed++, count));
        }
        for (const auto& client : clients_) {
            threads_.emplace_back([&client, this](const std::stop_token& stop) { work(*client, stop); });
        }
    }
    // The load ends; all is compared once more, with everything at rest, and taken away.
    [[nodiscard]] Tally finish() {
        for (std::jthread& thread : threads_) {
            thread.request_stop();
        }
        threads_.clear();
        Tally all;
        for (const auto& client : clients_) {
            client->compare();
            all += client->tally();
        }
        return all;
    }
    [[nodiscard]] std::set<std::string> instances() const {
        std::set<std::string> names;
        for (const auto& client : clients_) {
            names.merge(client->instances());
        }
        return names;
    }
    void clean() {
        for (const auto& client : clients_) {
            client->clean();
        }
    }

    Progress progress;

  private:
    static void work(LoadClient& client, const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            client.act();
        }
    }

    std::vector<std::unique_ptr<LoadClient>> clients_;
    std::vector<std::jthread> threads_;
};

// The process of the present agent, or of the next one where it was killed a moment ago.
int agent_other_than(int before) {
    int pid = 0;
    EXPECT_TRUE(eventually([&] { return (pid = agent_pid()) > 0 && pid != before; }, 60s)) << "no agent comes back";
    return pid;
}

// Most kills hit a busy agent, some one that has just been started.
void kill_agents(const KillTrial& trial, Progress& progress) {
    std::mt19937 random(trial.seed);
    const double spacing = double(trial.acknowledgements) / trial.kills;
    int pid = 0;
    for (int kill = 0; kill < trial.kills; ++kill) {
        if (!progress.reaches(int(spacing * (kill + double(random() % 1000) / 1000)))) {
            ADD_FAILURE() << "nothing is acknowledged any more, after " << kill << " kills";
            return;
        }
        pid = agent_other_than(pid);
        systemctl({"reset-failed", agent_service});
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 20'000));  // the moment is what is tried
        (void)::kill(pid, SIGKILL);
    }
    EXPECT_TRUE(progress.reaches(trial.acknowledgements));
}

void print(const KillTrial& trial, const Tally& tally, std::chrono::steady_clock::duration took) {
    std::println(
        "{} kills, {} acknowledgements in {:.0f} s; of {} calls without an answer {} had been carried out; "
        "{} differences; seed {}",
        trial.kills, tally.acknowledged, std::chrono::duration<double>(took).count(),
        tally.happened_unsaid + tally.refused, tally.happened_unsaid, tally.wrong.size(), trial.seed);
}

}  // namespace

void kill_at_random(const KillTrial& trial) {
    SCOPED_TRACE(std::format("seed {}", trial.seed));
    const auto begin = std::chrono::steady_clock::now();
    Load load(trial.seed);
    kill_agents(trial, load.progress);
    const Tally tally = load.finish();
    print(trial, tally, std::chrono::steady_clock::now() - begin);
    EXPECT_THAT(tally.wrong, ::testing::IsEmpty());
    std::string found;
    EXPECT_TRUE(eventually([&] { return (found = differences(load.instances())).empty(); }, 10s)) << found;
    load.clean();
}

}  // namespace mcpctl::test
