// What the agent adds to a start: the time from the call to the program's execution, as a ratio to PID 1 alone with the
// same properties and with none. One after the other in turn, so that a noisy machine disturbs all of them alike.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <format>
#include <print>
#include <string>
#include <vector>

#include "agent/json/definitions.hpp"
#include "agent/systemd/pid1.hpp"
#include "agent/systemd/unit_name.hpp"
#include "agent/systemd/unit_properties.hpp"
#include "dbus/call.hpp"
#include "dbus/connection_loop.hpp"
#include "dbus/names.hpp"
#include "dbus/peer.hpp"

namespace {

using namespace mcpctl;
using Milliseconds = std::chrono::duration<double, std::milli>;
using Samples = std::vector<double>;

constexpr int rounds = 40;
constexpr auto patience = std::chrono::seconds(60);
constexpr auto server_path = "/usr/local/bin/mcp-test-server";
constexpr auto manager = "org.mcpctl.Agent1.Manager";

struct Measured {
    Samples bare;      // StartTransientUnit with nothing but a command
    Samples same;      // with the properties that the agent sends
    Samples executed;  // the agent, from the call until the unit runs
    Samples ready;     // the agent, from the call until JobRemoved: the server accepts
    Samples accepted;  // the agent, from the call to its reply: the intent is on the disk
};

template <class T>
T required(Result<T> result, const char* what) {
    if (!result) {
        throw std::runtime_error(std::format("{}: {}", what, result.error().reason));
    }
    return *std::move(result);
}

void required(const Result<void>& result, const char* what) {
    if (!result) {
        throw std::runtime_error(std::format("{}: {}", what, result.error().reason));
    }
}

// A connection to the agent's socket that knows which jobs have ended.
struct AgentClient {
    explicit AgentClient(std::unique_ptr<sdbus::IConnection> connection, const asio::any_io_executor& executor)
        : loop(std::move(connection), executor, [] {}), root(proxy(std::string(dbus::root_path))) {
        root->uponSignal("JobRemoved")
            .onInterface(manager)
            .call([this](std::uint64_t, const sdbus::ObjectPath& job, const sdbus::ObjectPath&,
                         const std::string& result, const std::string&, const std::string& message) {
                if (result != "done") {
                    std::println(stderr, "job failed: {}", message);
                }
                ended.push_back(job);
                changed.notify();
            });
        loop.start();
    }
    std::unique_ptr<sdbus::IProxy> proxy(const std::string& path) {
        return sdbus::createProxy(loop.connection(), sdbus::ServiceName(""), sdbus::ObjectPath(path));
    }
    Task<void> end_of(std::string job) {
        while (!std::ranges::contains(ended, job)) {
            co_await changed.wait_until(Clock::now() + patience);
        }
    }

    dbus::ConnectionLoop loop;
    std::unique_ptr<sdbus::IProxy> root;
    std::vector<std::string> ended;
    Condition changed;
};

// The client of PID 1 follows only jobs of units whose names begin with mcpctl-.
Task<double> time_raw(systemd::Pid1& pid1, std::string unit, systemd::UnitProperties properties) {
    const auto begin = Clock::now();
    const auto result = required(co_await pid1.start_transient_unit(unit, properties, patience), "raw start");
    const double taken = Milliseconds(Clock::now() - begin).count();
    if (result != "done") {
        throw std::runtime_error("raw start: " + result);
    }
    required(co_await pid1.kill_unit(unit, SIGKILL), "kill");
    required(co_await pid1.stop_unit(unit), "stop");
    co_return taken;
}

Task<void> time_agent(AgentClient& agent, systemd::Pid1& pid1, Measured& measured) {
    using Paths = std::tuple<sdbus::ObjectPath, sdbus::ObjectPath>;
    using Options = std::map<std::string, sdbus::Variant>;
    const auto begin = Clock::now();
    const auto passed = [&] { return Milliseconds(Clock::now() - begin).count(); };
    const Paths paths = required(co_await dbus::call<sdbus::ObjectPath, sdbus::ObjectPath>(
                                     *agent.root, manager, "Start", patience, std::string("bench"), Options{}),
                                 "Start");
    measured.accepted.push_back(passed());
    const auto& [instance, job] = paths;
    const std::string unit = std::format("mcpctl-{}-1.service", instance.substr(instance.rfind('/') + 1));
    while (true) {
        const auto state = co_await pid1.property(unit, systemd::UnitInterface::service, "ExecMainHandoffTimestamp");
        if (state && state->get<std::uint64_t>() != 0) {
            measured.executed.push_back(passed());
            break;
        }
    }
    co_await agent.end_of(job);
    measured.ready.push_back(passed());
    const auto proxy = agent.proxy(instance);
    const auto stop = required(
        co_await dbus::call<sdbus::ObjectPath>(*proxy, "org.mcpctl.Agent1.Instance", "Stop", patience, Options{}),
        "Stop");
    co_await agent.end_of(stop);
}

double at(Samples samples, double share) {
    std::ranges::sort(samples);
    return samples[std::size_t(share * double(samples.size() - 1))];
}

void print_row(const char* what, const Samples& samples, const Measured& measured) {
    std::println("{:<44} {:>8.1f} {:>8.1f} {:>10.2f} {:>10.2f}", what, at(samples, 0.5), at(samples, 0.99),
                 at(samples, 0.5) / at(measured.same, 0.5), at(samples, 0.5) / at(measured.bare, 0.5));
}

Task<void> measure() {
    auto executor = co_await asio::this_coro::executor;
    systemd::Pid1 pid1(executor, {.unit_changed = [](const std::string&) {}, .lost_track = [] {}});
    AgentClient agent(required(co_await dbus::connect_peer(std::string(dbus::socket_path), patience), "connect"),
                      executor);
    const std::string definition = std::format(
        R"({{"name": "bench", "transport": "streamable-http", "run": {{"command": ["{}", "http"]}}}})", server_path);
    (void)co_await dbus::call<sdbus::ObjectPath, sdbus::ObjectPath>(
        *agent.root, manager, "AddServer", patience, definition, std::map<std::string, sdbus::Variant>{});
    Instance instance;
    instance.config.server = required(parse_server(definition), "definition");
    instance.config.profile.name = "bench";
    instance.config.profile.server = "bench";
    instance.name = "bench";
    instance.port = 28000;
    Measured measured;
    for (int round = 0; round < rounds; ++round) {
        instance.id = InstanceId::generate();
        const auto all = required(
            systemd::build_unit_properties(instance, {"0123456789abcdef0123456789abcdef", server_path}), "properties");
        systemd::UnitProperties bare;
        std::ranges::copy_if(all, std::back_inserter(bare), [](const auto& property) {
            return property.name == "ExecStartEx" || property.name == "Type" || property.name == "Environment";
        });
        measured.bare.push_back(co_await time_raw(pid1, std::format("mcpctl-bench-bare-{}.service", round), bare));
        measured.same.push_back(co_await time_raw(pid1, std::format("mcpctl-bench-same-{}.service", round), all));
        co_await time_agent(agent, pid1, measured);
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
    std::error_code error;
    std::filesystem::copy_file("/src/mcpctl/build/release/tests/fixtures/mcp-server/mcp-test-server", server_path,
                               std::filesystem::copy_options::overwrite_existing, error);
    asio::io_context loop;
    int status = 1;
    asio::co_spawn(loop, measure(), [&](const std::exception_ptr& failure) {
        try {
            if (failure) {
                std::rethrow_exception(failure);
            }
            status = 0;
        } catch (const std::exception& broken) {
            std::println(stderr, "the benchmark broke: {}", broken.what());
        }
        loop.stop();
    });
    loop.run();
    return status;
}
