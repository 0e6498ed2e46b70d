// What a container costs through the agent: from the call until it runs, as a ratio to `docker run -d` of the same
// image with the same settings, and until it serves, as a ratio to the same server under systemd. In turn, so that a
// noisy machine disturbs all alike.
#include <format>
#include <print>
#include <string>

#include "tests/bench/support/agent_client.hpp"
#include "tests/bench/support/measure.hpp"

namespace {

using namespace mcpctl;
using namespace mcpctl::bench;

constexpr int rounds = 20;
constexpr const char* image = "localhost/mcp-test-server:latest";

struct Measured {
    Samples docker;   // docker run -d, until it returns
    Samples running;  // the agent, from the call until the container is started
    Samples ready;    // the agent, from the call until JobRemoved: the server answers
    Samples native;   // the same of a process under systemd
};

void make_image() {
    (void)time_of({"/bin/bash", "-c",
                   std::format("tar -C {} -c mcp-test-server | docker import --change 'ENTRYPOINT "
                               "[\"/mcp-test-server\"]' - {}",
                               server_path.substr(0, server_path.rfind('/')), image)});
    (void)time_of({"mcpctl", "server", "add", "boxed", "--transport", "streamable-http", "--image", image, "--", "http",
                   "--listen", "0.0.0.0"});
}

double time_docker() {
    const double passed = time_of({"docker",
                                   "run",
                                   "-d",
                                   "--name",
                                   "bench",
                                   "--publish",
                                   "127.0.0.1:26000:26000",
                                   "--env",
                                   "PORT=26000",
                                   "--cap-drop",
                                   "ALL",
                                   "--read-only",
                                   "--security-opt",
                                   "no-new-privileges",
                                   "--log-driver",
                                   "none",
                                   "--init",
                                   "--tmpfs",
                                   "/tmp",
                                   image,
                                   "http",
                                   "--listen",
                                   "0.0.0.0"});
    (void)time_of({"docker", "rm", "-f", "bench"});
    return passed;
}

Task<void> time_container(AgentClient& agent, systemd::Pid1& pid1, Measured& measured) {
    const Stopwatch watch;
    const auto accepted = co_await agent.start("boxed");
    const std::string unit =
        std::format("mcpctl-{}-1.service", accepted.instance.substr(accepted.instance.rfind('/') + 1));
    while (true) {
        const auto state = co_await pid1.property(unit, systemd::UnitInterface::unit, "ActiveState");
        if (state && state->get<std::string>() == "active") {
            measured.running.push_back(watch.passed());
            break;
        }
    }
    co_await agent.end_of(accepted.job);
    measured.ready.push_back(watch.passed());
    co_await agent.stop(accepted.instance);
}

Task<void> time_process(AgentClient& agent, Measured& measured) {
    const Stopwatch watch;
    const auto accepted = co_await agent.start("bench");
    co_await agent.end_of(accepted.job);
    measured.native.push_back(watch.passed());
    co_await agent.stop(accepted.instance);
}

void print_row(const char* what, const Samples& samples, const Samples& against) {
    std::println("{:<44} {:>8.1f} {:>8.1f} {:>8.2f}", what, median(samples), at(samples, 0.99),
                 median(samples) / median(against));
}

Task<void> measure() {
    const auto pid1 = connect_to_pid1(co_await asio::this_coro::executor);
    const auto agent = co_await connect_to_agent();
    make_image();
    Measured measured;
    (void)time_docker();  // the first makes what all others find
    for (int round = 0; round < rounds; ++round) {
        measured.docker.push_back(time_docker());
        co_await time_container(*agent, *pid1, measured);
        co_await time_process(*agent, measured);
    }
    std::println("{} starts of each kind in turn; times in ms", rounds);
    std::println("{:<44} {:>8} {:>8} {:>8}", "", "median", "p99", "ratio");
    print_row("docker run -d", measured.docker, measured.docker);
    print_row("agent: call to started container", measured.running, measured.docker);
    print_row("agent: call to ready container", measured.ready, measured.docker);
    print_row("agent: call to ready process", measured.native, measured.docker);
    print_row("container to process, both ready", measured.ready, measured.native);
}

}  // namespace

int main() {
    return run_benchmark(measure());
}
