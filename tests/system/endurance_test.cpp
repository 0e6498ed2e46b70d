// The same thing again and again leaves nothing behind: no descriptor, no memory, no unit, no file. ./dev bench
// endurance does each a thousand times.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <set>

#include "tests/system/support/machine_test.hpp"
#include "tests/system/support/rounds.hpp"

namespace mcpctl::test {
namespace {

namespace fs = std::filesystem;

// Of one process, and of what PID 1 and the store hold.
struct Footprint {
    long anonymous_kib = 0;
    long descriptors = 0;
    long descriptors_of_pid1 = 0;
    long units = 0;
    long store_kib = 0;
};

long entries(const std::string& directory) {
    return std::distance(fs::directory_iterator(directory), fs::directory_iterator());
}

// Without pages of files, of which the journal's are as many as have been read: the kernel takes them back.
long anonymous_kib(int pid) {
    std::ifstream status(std::format("/proc/{}/status", pid));
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("RssAnon:")) {
            return std::stol(line.substr(8));
        }
    }
    return 0;
}

Footprint footprint() {
    const int agent = agent_pid();
    Footprint found{.anonymous_kib = anonymous_kib(agent),
                    .descriptors = entries(std::format("/proc/{}/fd", agent)),
                    .descriptors_of_pid1 = entries("/proc/1/fd"),
                    .units = std::stol(output_of({"systemctl", "show", "--property=NNames", "--value"}))};
    for (const char* file : {"store.db", "store.db-wal"}) {
        std::error_code missing;
        const auto size = fs::file_size(fs::path("/var/lib/mcpctl") / file, missing);
        found.store_kib += missing ? 0 : long(size / 1024);
    }
    return found;
}

std::string text_of(const Footprint& found) {
    return std::format("agent {} KiB, {} descriptors; PID 1 {} descriptors, {} units; store {} KiB",
                       found.anonymous_kib, found.descriptors, found.descriptors_of_pid1, found.units, found.store_kib);
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values.empty() ? 0 : values[values.size() / 2];
}

class Endurance : public MachineTest {
  protected:
    // Connections are closed a moment after their client has gone, units are unloaded when PID 1 has time.
    static void expect_no_more_than(const Footprint& before) {
        EXPECT_TRUE(eventually([&] {
            const Footprint now = footprint();
            return now.descriptors <= before.descriptors && now.descriptors_of_pid1 <= before.descriptors_of_pid1 &&
                   now.units <= before.units;
        })) << "before: "
            << text_of(before) << "\nafter:  " << text_of(footprint());
    }
    // From its execution to READY=1, in ms.
    static double start_time_of_agent() {
        const auto at = [](const char* property) { return std::stod(show(agent_service, property)); };
        return (at("ActiveEnterTimestampMonotonic") - at("ExecMainStartTimestampMonotonic")) / 1000;
    }
    // The first check of all loads libcurl.
    static bool all_were_checked() {
        return eventually([] {
            return std::ranges::all_of(mcpctl_json({"list"}),
                                       [](const Json& instance) { return instance["readiness"] == "ready"; });
        });
    }
    static void start_many(int count) {
        constexpr int at_once = 10;
        for (int begin = 0; begin < count; begin += at_once) {
            std::vector<Process> starts;
            for (int i = begin; i < std::min(begin + at_once, count); ++i) {
                starts.push_back(mcpctl_process({"start", "echo"}));
            }
            for (Process& process : starts) {
                EXPECT_EQ(process.wait().status, 0);
            }
        }
    }
    static double median_start_time_of_agent(int times) {
        std::vector<double> taken;
        for (int i = 0; i < times; ++i) {
            systemctl({"restart", agent_service});
            taken.push_back(start_time_of_agent());
        }
        return median(taken);
    }
};

TEST_F(Endurance, StartsAndStopsInARowLeaveNothing) {
    define_test_server("echo");
    const auto cycle = [] {
        start("echo");
        stop("echo");
    };
    // Every buffer has its size, and as many ended jobs are kept as ever will be, before the first look.
    const int warm_up = rounds(10, 300);
    const int count = rounds(30, 1000);
    for (int i = 0; i < warm_up; ++i) {
        cycle();
    }
    EXPECT_EQ(leftovers(), "");  // a listing of all those jobs makes buffers too
    const int agent = agent_pid();
    const auto profiles = entries("/var/lib/private/mcpctl-profiles");
    const Footprint before = footprint();
    std::printf("after %d starts and stops: %s\n", warm_up, text_of(before).c_str());
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < count && !HasFailure(); ++i) {
        cycle();
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    std::printf("and %d more, %.0f ms each: %s\n", count, took.count() * 1000 / count, text_of(footprint()).c_str());
    EXPECT_EQ(agent_pid(), agent);
    EXPECT_EQ(leftovers(), "");
    EXPECT_EQ(entries("/var/lib/private/mcpctl-profiles"), profiles);
    expect_no_more_than(before);
    // The short form still fills what the long one has filled: 60 more jobs are kept, of 15 KiB each.
    EXPECT_LE(footprint().anonymous_kib, before.anonymous_kib + (long_form() ? 1024 : 4096));
}

TEST_F(Endurance, RestartsOfTheAgentLeaveNothing) {
    const int count = rounds(30, 1000);
    define_test_server("echo");
    std::printf("agent's start without instances: %.0f ms\n", median_start_time_of_agent(5));
    start_many(5);
    const Json instances = mcpctl_json({"list"});
    std::set<std::string> pids;
    for (const Json& instance : instances) {
        pids.insert(show(instance["unit"], "MainPID"));
    }
    median_start_time_of_agent(5);
    EXPECT_TRUE(all_were_checked());
    const Footprint before = footprint();
    std::printf("with 5 instances: %s\n", text_of(before).c_str());
    const double time = median_start_time_of_agent(count);
    EXPECT_TRUE(all_were_checked());
    EXPECT_EQ(without_health(mcpctl_json({"list"})), without_health(instances));
    std::printf("and %d restarts later, %.0f ms each: %s\n", count, time, text_of(footprint()).c_str());
    expect_no_more_than(before);
    EXPECT_LE(footprint().anonymous_kib, before.anonymous_kib + 1024);
    EXPECT_LE(footprint().store_kib, before.store_kib + 64);
    for (const Json& instance : instances) {
        EXPECT_EQ(pids.erase(show(instance["unit"], "MainPID")), 1U);
    }
    EXPECT_EQ(show(agent_service, "Result"), "success");
}

TEST_F(Endurance, AnAgentOfManyInstancesStartsQuickly) {
    define_test_server("echo");
    int running = 0;
    for (const int wanted : long_form() ? std::vector{20, 50, 100, 200} : std::vector{20}) {
        start_many(wanted - std::exchange(running, wanted));
        std::printf("agent's start with %d instances: %.0f ms; %s\n", wanted, median_start_time_of_agent(5),
                    text_of(footprint()).c_str());
        EXPECT_EQ(mcpctl_json({"list"}).size(), std::size_t(wanted));
    }
}

}  // namespace
}  // namespace mcpctl::test
