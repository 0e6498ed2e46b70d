#include "tests/bench/support/agent_client.hpp"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <print>

#include "agent/json/definitions.hpp"
#include "agent/systemd/unit_properties.hpp"
#include "dbus/call.hpp"
#include "dbus/names.hpp"
#include "dbus/peer.hpp"
#include "tests/bench/support/measure.hpp"

namespace mcpctl::bench {

AgentClient::AgentClient(std::unique_ptr<sdbus::IConnection> connection, const asio::any_io_executor& executor)
    : loop_(std::move(connection), executor, [] {}), root_(proxy(std::string(dbus::root_path))) {
    root_->uponSignal("JobRemoved")
        .onInterface(manager)
        .call([this](std::uint64_t, const sdbus::ObjectPath& job, const sdbus::ObjectPath&, const std::string& result,
                     const std::string&, const std::string& message) {
            ended_[job] = result == "done" ? "" : message;
            changed_.notify();
        });
    loop_.start();
}

std::unique_ptr<sdbus::IProxy> AgentClient::proxy(const std::string& path) {
    return sdbus::createProxy(loop_.connection(), sdbus::ServiceName(""), sdbus::ObjectPath(path));
}

Task<AgentClient::Accepted> AgentClient::start(std::string name) {
    const std::tuple<sdbus::ObjectPath, sdbus::ObjectPath> paths =
        required(co_await dbus::call<sdbus::ObjectPath, sdbus::ObjectPath>(
                     *root_, manager, "Start", patience, std::string("bench"), Options{{"name", sdbus::Variant(name)}}),
                 "Start");
    co_return Accepted{std::get<0>(paths), std::get<1>(paths)};
}

Task<void> AgentClient::stop(std::string instance) {
    const auto object = proxy(instance);
    const auto job = required(
        co_await dbus::call<sdbus::ObjectPath>(*object, "org.mcpctl.Agent1.Instance", "Stop", patience, Options{}),
        "Stop");
    co_await end_of(job);
}

Task<void> AgentClient::end_of(std::string job) {
    while (!ended_.contains(job)) {
        if (!co_await changed_.wait_until(Clock::now() + patience)) {
            throw std::runtime_error(std::format("{} does not end", job));
        }
    }
    if (!ended_[job].empty()) {
        throw std::runtime_error(std::format("{} failed: {}", job, ended_[job]));
    }
}

Task<std::unique_ptr<AgentClient>> connect_to_agent() {
    auto executor = co_await asio::this_coro::executor;
    auto connection = required(co_await dbus::connect_peer(std::string(dbus::socket_path), patience), "connect");
    const auto root =
        sdbus::createProxy(*connection, sdbus::ServiceName(""), sdbus::ObjectPath(std::string(dbus::root_path)));
    try {
        root->callMethod("AddServer").onInterface(manager).withArguments(server_definition(), Options{});
    } catch (const sdbus::Error& error) {
        if (!error.getName().ends_with("AlreadyExists")) {
            throw;
        }
    }
    co_return std::make_unique<AgentClient>(std::move(connection), executor);
}

std::unique_ptr<systemd::Pid1> connect_to_pid1(const asio::any_io_executor& executor) {
    return std::make_unique<systemd::Pid1>(
        executor, systemd::Pid1::Events{.unit_changed = [](const std::string&) {}, .lost_track = [] {}});
}

Task<double> time_start(systemd::Pid1& pid1, std::string unit, systemd::UnitProperties properties) {
    const Stopwatch watch;
    const auto result = required(co_await pid1.start_transient_unit(unit, properties, patience), "StartTransientUnit");
    const double passed = watch.passed();
    if (result != "done") {
        throw std::runtime_error(std::format("{} ended with {}", unit, result));
    }
    co_return passed;
}

Task<void> remove_unit(systemd::Pid1& pid1, std::string unit) {
    // Stopped first, or PID 1 would start again what is killed.
    auto stopped = co_await pid1.stop_unit(unit);
    while (!stopped && stopped.error().code == ErrorCode::TimedOut) {  // busy with what was asked before
        stopped = co_await pid1.stop_unit(unit);
    }
    required(std::move(stopped), "stop");
    (void)co_await pid1.kill_unit(unit, SIGKILL);  // it may have gone by itself
}

systemd::UnitProperties sandboxed() {
    Instance instance;
    instance.id = InstanceId::generate();
    instance.name = "bench";
    instance.port = 28000;
    instance.config.server = required(parse_server(server_definition()), "definition");
    instance.config.profile.name = "bench";
    instance.config.profile.server = "bench";
    instance.config.profile.restart.mode = RestartMode::no;  // what a benchmark kills stays dead
    return required(
        systemd::build_unit_properties(instance, {"0123456789abcdef0123456789abcdef", std::string(server_path)}),
        "properties");
}

systemd::UnitProperties bare() {
    auto properties = sandboxed();
    std::erase_if(properties, [](const auto& property) {
        return property.name != "ExecStartEx" && property.name != "Type" && property.name != "Environment";
    });
    return properties;
}

int run_benchmark(Task<void> benchmark) {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);  // a benchmark takes minutes
    install_server();
    print_machine();
    asio::io_context loop;
    int status = 1;
    asio::co_spawn(loop, std::move(benchmark), [&](const std::exception_ptr& failure) {
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

}  // namespace mcpctl::bench
