// What every benchmark does: take times, run programs, say on what machine.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace mcpctl::bench {

using Milliseconds = std::chrono::duration<double, std::milli>;
using Samples = std::vector<double>;
using Command = std::vector<std::string>;

constexpr std::string_view server_path = "/usr/local/bin/mcp-test-server";

// The value below which `share` of the samples are.
[[nodiscard]] double at(Samples samples, double share);
[[nodiscard]] inline double median(const Samples& samples) {
    return at(samples, 0.5);
}

class Stopwatch {
  public:
    [[nodiscard]] double passed() const { return Milliseconds(std::chrono::steady_clock::now() - begin_).count(); }

  private:
    std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

// Wall time of a program that must succeed; its output is not read.
double time_of(const Command& command);
[[nodiscard]] std::string output_of(const Command& command);

// One kernel thread's view of all threads of a process.
struct Usage {
    double cpu_ms = 0;
    long wakeups = 0;  // voluntary context switches
    double resident_mb = 0;
    double proportional_mb = 0;  // shared pages count for as much as others do not use them
};
[[nodiscard]] Usage usage_of(int pid);
[[nodiscard]] int agent_pid();

// Prints cores, memory, kernel, systemd, the load of the machine, and what an fsync costs where the agent has its
// store.
void print_machine();

// The MCP server of the tests as a server and profile named "bench", in a place where workloads may execute it.
void install_server();
[[nodiscard]] std::string server_definition();

}  // namespace mcpctl::bench
