// Power cuts: the store writes, its file system is shut down without a flush at a random moment, and what is found
// afterwards must be what was acknowledged, each transaction whole and in order (F12). Killing the writer would prove
// nothing, since the kernel keeps what was written; the same with synchronous=NORMAL must lose something.
//
//   mcpctl-long-power [CUTS [SEED]]       as root
#include <sched.h>
#include <sys/mount.h>

#include <cstdio>
#include <format>
#include <print>
#include <random>
#include <string>

#include "agent/store/sqlite_store.hpp"
#include "tests/bench/power/workload.hpp"
#include "tests/bench/power/writer.hpp"
#include "tests/disk/disk.hpp"

namespace {

using namespace mcpctl;
using namespace mcpctl::power;

constexpr std::size_t disk_bytes = std::size_t{64} << 20;
constexpr std::chrono::microseconds latest_cut = std::chrono::milliseconds(250);
constexpr int cuts_per_disk = 8;  // then a new one, so that making a store is cut as well

struct Totals {
    int cuts = 0;
    int cuts_that_lost = 0;
    JobId acknowledged = 0;
    JobId lost = 0;
};

// Nobody else sees this mount, and it ends with us.
const std::filesystem::path& mount_point() {
    static const std::filesystem::path point = [] {
        if (::unshare(CLONE_NEWNS) != 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
            throw std::system_error(errno, std::generic_category(), "a mount namespace of its own");
        }
        return "/mnt";
    }();
    return point;
}

StoredState read_store(const std::filesystem::path& directory) {
    asio::io_context loop(1);
    auto store = SqliteStore::open(loop.get_executor(), {.directory = directory});
    auto state = store ? (*store)->load() : std::unexpected(store.error());
    if (!state) {
        throw std::runtime_error(std::format("after a cut: {}", state.error().reason));
    }
    return *std::move(state);
}

// A store that had to be restored may hold the right things by luck, but a power cut is no damage.
void expect_undamaged(const std::filesystem::path& directory) {
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
        if (entry.path().filename().string().contains("damaged")) {
            throw std::runtime_error("after a cut the store took its database for damaged");
        }
    }
}

class Trial {
  public:
    Trial(std::uint64_t seed, Synchronous synchronous)
        : random_(seed), synchronous_(synchronous), workload_{seed}, expected_(workload_), disk_(disk_bytes) {}

    Totals run(int cuts) {
        for (; totals_.cuts < cuts; ++totals_.cuts) {
            if (totals_.cuts > 0 && totals_.cuts % cuts_per_disk == 0) {
                disk_.format();
                stored_ = 0;
            }
            judge(cut_once());
        }
        return totals_;
    }

  private:
    // Returns the last batch that must be there.
    JobId cut_once() {
        disk_.mount(mount_point());
        const std::chrono::microseconds moment(random_() % std::uint64_t(latest_cut.count()));
        Writer writer({directory_, workload_, stored_ + 1, synchronous_});
        const JobId acknowledged = std::max(stored_, writer.run_for(moment));
        disk_.cut();
        writer.expect_refusal();
        disk_.unmount();
        totals_.acknowledged += acknowledged - stored_;
        return acknowledged;
    }

    void judge(JobId acknowledged) {
        disk_.mount(mount_point());
        const StoredState state = read_store(directory_);
        expect_undamaged(directory_);
        disk_.unmount();
        if (const std::string difference = expected_.difference(state); !difference.empty()) {
            throw std::runtime_error(std::format("after cut {}: {}", totals_.cuts + 1, difference));
        }
        if (state.last_job < acknowledged) {
            totals_.lost += acknowledged - state.last_job;
            ++totals_.cuts_that_lost;
        }
        stored_ = state.last_job;
    }

    std::mt19937_64 random_;
    Synchronous synchronous_;
    Workload workload_;
    Expected expected_;
    test::Disk disk_;
    std::filesystem::path directory_ = mount_point() / "store";
    JobId stored_ = 0;
    Totals totals_;
};

Totals run_trial(const char* name, std::uint64_t seed, Synchronous synchronous, int cuts) {
    const auto begin = Clock::now();
    const Totals totals = Trial(seed, synchronous).run(cuts);
    std::println("{:<8} {:>6} {:>14} {:>8} {:>12} {:>8.1f} s", name, totals.cuts, totals.acknowledged, totals.lost,
                 totals.cuts_that_lost, std::chrono::duration<double>(Clock::now() - begin).count());
    return totals;
}

int compare(int cuts, std::uint64_t seed) {
    std::println("{} power cuts each, seed {}", cuts, seed);
    std::println("{:<8} {:>6} {:>14} {:>8} {:>12} {:>10}", "", "cuts", "acknowledged", "lost", "cuts of loss", "time");
    const Totals full = run_trial("FULL", seed, Synchronous::full, cuts);
    const Totals normal = run_trial("NORMAL", seed, Synchronous::normal, cuts);
    if (full.acknowledged == 0 || normal.lost == 0) {
        std::println(stderr, "this proves nothing: it would not have found a loss");
        return 1;
    }
    return full.lost == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    const std::uint64_t seed = argc > 2 ? std::stoull(argv[2]) : std::random_device()();
    try {
        return compare(argc > 1 ? std::stoi(argv[1]) : 200, seed);
    } catch (const std::exception& failure) {
        std::println(stderr, "seed {}: {}", seed, failure.what());
        return 1;
    }
}
