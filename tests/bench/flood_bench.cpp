// What root's calls cost while an ordinary user floods the bus with calls to the agent, and what the agent keeps of it.
// Aim: 200 ms for 99 of 100 calls.
#include <grp.h>
#include <sdbus-c++/sdbus-c++.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <format>
#include <functional>
#include <memory>
#include <print>
#include <stdexcept>
#include <string>
#include <vector>

#include "dbus/names.hpp"
#include "tests/bench/support/measure.hpp"

namespace {

using namespace mcpctl;
using namespace mcpctl::bench;

constexpr uid_t nobody = 65534;
const sdbus::ServiceName agent{std::string(dbus::service_name)};
const sdbus::ObjectPath root{std::string(dbus::root_path)};
constexpr const char* manager = "org.mcpctl.Agent1.Manager";
using Options = std::map<std::string, sdbus::Variant>;

// Calls over several connections, so many under way on each at a time; returns when all are answered.
class Flood {
  public:
    explicit Flood(std::size_t connections) {
        for (std::size_t i = 0; i < connections; ++i) {
            connections_.push_back(sdbus::createSystemBusConnection());
            proxies_.push_back(sdbus::createProxy(*connections_.back(), agent, root));
        }
    }
    using Call = std::function<void(sdbus::IProxy&, std::function<void()> answered)>;
    void pour(std::size_t calls, std::size_t under_way, const Call& call) {
        std::atomic<std::size_t> answered = 0;
        std::atomic<long> left = long(calls);
        std::function<void(sdbus::IProxy&)> next = [&](sdbus::IProxy& proxy) {
            if (left.fetch_sub(1) > 0) {
                call(proxy, [&answered, &next, &proxy] {
                    next(proxy);
                    answered.fetch_add(1);
                    answered.notify_all();
                });
            }
        };
        for (auto& proxy : proxies_) {
            for (std::size_t i = 0; i < under_way; ++i) {
                next(*proxy);
            }
        }
        for (auto& connection : connections_) {
            connection->enterEventLoopAsync();
        }
        for (std::size_t seen = 0; seen < calls; seen = answered.load()) {
            answered.wait(seen);
        }
        for (auto& connection : connections_) {
            connection->leaveEventLoop();
        }
    }

  private:
    std::vector<std::unique_ptr<sdbus::IConnection>> connections_;
    std::vector<std::unique_ptr<sdbus::IProxy>> proxies_;
};

void public_calls() {
    Flood(4).pour(100'000, 64, [](sdbus::IProxy& proxy, std::function<void()> answered) {
        proxy.callMethodAsync("GetProfile")
            .onInterface(manager)
            .withArguments(std::string("bench"))
            .uponReplyInvoke([answered](std::optional<sdbus::Error>, const sdbus::ObjectPath&) { answered(); });
    });
}

// polkit is asked about each that the cap lets through.
void denied_calls() {
    Flood(4).pour(10'000, 100, [](sdbus::IProxy& proxy, std::function<void()> answered) {
        proxy.callMethodAsync("Start")
            .onInterface(manager)
            .withTimeout(std::chrono::minutes(2))
            .withArguments(std::string("bench"), Options())
            .uponReplyInvoke([answered](std::optional<sdbus::Error>, const sdbus::ObjectPath&,
                                        const sdbus::ObjectPath&) { answered(); });
    });
}

void match_rules() {
    std::vector<std::unique_ptr<sdbus::IConnection>> connections;
    for (int i = 0; i < 20; ++i) {
        connections.push_back(sdbus::createSystemBusConnection());
        for (int rule = 0; rule < 500; ++rule) {
            connections.back()->addMatch(
                std::format("type='signal',sender='{}',member='Member{}'", std::string(dbus::service_name), rule),
                [](const sdbus::Message&) {});
        }
    }
}

void large_messages() {
    const std::string large(30'000'000, 'x');
    Flood(2).pour(20, 1, [&large](sdbus::IProxy& proxy, std::function<void()> answered) {
        proxy.callMethodAsync("AddServer")
            .onInterface(manager)
            .withTimeout(std::chrono::minutes(2))
            .withArguments(large, Options())
            .uponReplyInvoke([answered](std::optional<sdbus::Error>, const sdbus::ObjectPath&,
                                        const sdbus::ObjectPath&) { answered(); });
    });
}

pid_t as_nobody(void (*work)()) {
    const pid_t child = ::fork();
    if (child == 0) {
        const bool dropped = ::setgroups(0, nullptr) == 0 && ::setresgid(nobody, nobody, nobody) == 0 &&
                             ::setresuid(nobody, nobody, nobody) == 0;
        if (dropped) {
            work();
        }
        ::_exit(dropped ? 0 : 1);
    }
    return child;
}

void measure(const char* what, void (*work)()) {
    const pid_t child = as_nobody(work);
    const auto connection = sdbus::createSystemBusConnection();
    const auto proxy = sdbus::createProxy(*connection, agent, root);
    const Stopwatch whole;
    Samples samples;
    int status = 0;
    while (::waitpid(child, &status, WNOHANG) == 0 || samples.size() < 200) {
        const Stopwatch one;
        sdbus::ObjectPath profile;
        proxy->callMethod("GetProfile")
            .onInterface(manager)
            .withArguments(std::string("bench"))
            .storeResultsTo(profile);
        samples.push_back(one.passed());
    }
    if (status != 0) {
        throw std::runtime_error(std::format("{}: the flood ended with status {}", what, status));
    }
    std::println("{:<44} {:>7.1f} {:>9.2f} {:>8.2f} {:>8.2f} {:>9.1f}", what, whole.passed() / 1000, median(samples),
                 at(samples, 0.99), at(samples, 1.0), usage_of(agent_pid()).resident_mb);
}

void define_profile() {
    install_server();
    const auto connection = sdbus::createSystemBusConnection();
    sdbus::ObjectPath server;
    sdbus::ObjectPath profile;
    sdbus::createProxy(*connection, agent, root)
        ->callMethod("AddServer")
        .onInterface(manager)
        .withArguments(server_definition(), Options())
        .storeResultsTo(server, profile);
}

}  // namespace

int main() {
    print_machine();
    define_profile();
    std::println("a call of root's over the bus, ms, while user nobody sends …");
    std::println("{:<44} {:>7} {:>9} {:>8} {:>8} {:>9}", "", "s", "median", "p99", "max", "agent MB");
    measure("nothing", [] {});
    measure("100 000 public calls, 256 under way", public_calls);
    measure("10 000 calls that polkit denies, 400 at a time", denied_calls);
    measure("10 000 match rules", match_rules);
    measure("20 messages of 30 MB", large_messages);
    measure("nothing again", [] {});
    return 0;
}
