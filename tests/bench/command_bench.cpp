// How long people wait for the tool to say something, beside tools that they know.
#include <print>
#include <vector>

#include "tests/bench/support/measure.hpp"

namespace {

using namespace mcpctl;
using namespace mcpctl::bench;

constexpr int rounds = 40;

struct Contender {
    const char* name;
    Command command;
    Samples samples = {};
};

// In turn, so that what else the machine does hits all of them alike.
void compare(std::vector<Contender> contenders) {
    for (int round = 0; round < rounds; ++round) {
        for (Contender& contender : contenders) {
            contender.samples.push_back(time_of(contender.command));
        }
    }
    const double first = median(contenders.front().samples);
    for (const Contender& contender : contenders) {
        std::println("  {:<44} median {:6.1f} ms, p99 {:6.1f} ms, ratio {:.2f}", contender.name,
                     median(contender.samples), at(contender.samples, 0.99), median(contender.samples) / first);
    }
}

}  // namespace

int main() {
    print_machine();
    install_server();
    (void)output_of(
        {"mcpctl", "server", "add", "bench", "--transport", "streamable-http", "--", std::string(server_path), "http"});
    (void)output_of({"mcpctl", "start", "bench"});
    // The engine is up, and the agent too.
    (void)output_of({"docker", "ps"});
    compare({{"mcpctl --help", {"mcpctl", "--help"}},
             {"mcpctl list, on the socket", {"mcpctl", "--connection=socket", "list"}},
             {"mcpctl list, on the bus", {"mcpctl", "--connection=bus", "list"}},
             {"mcpctl status bench", {"mcpctl", "status", "bench"}},
             {"systemctl --help", {"systemctl", "--help", "--no-pager"}},
             {"systemctl list-units", {"systemctl", "list-units", "--no-pager"}},
             {"docker ps", {"docker", "ps"}},
             {"docker --help", {"docker", "--help"}},
             {"true", {"true"}}});
    (void)output_of({"mcpctl", "stop", "bench", "--yes"});
}
