#include "tests/bench/support/measure.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <format>
#include <fstream>
#include <print>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace mcpctl::bench {
namespace {

std::string text_of(const std::filesystem::path& file) {
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), {}};
}

// The number after `label` in a file such as /proc/self/status.
double number_after(const std::string& text, const std::string& label) {
    const auto position = text.find(label);
    return position == std::string::npos ? 0 : std::strtod(text.c_str() + position + label.size(), nullptr);
}

pid_t start(const Command& command, int output) {
    std::vector<char*> argv;
    for (const std::string& word : command) {
        argv.push_back(const_cast<char*>(word.c_str()));
    }
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    pid_t child = 0;
    const int failed = posix_spawnp(&child, argv.front(), &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) {
        throw std::runtime_error(std::format("cannot run {}", command.front()));
    }
    return child;
}

void await_success(pid_t child, const Command& command) {
    int status = 0;
    ::waitpid(child, &status, 0);
    if (status != 0) {
        throw std::runtime_error(std::format("{} failed with status {}", command.front(), status));
    }
}

double fsync_median() {
    const std::string file = "/var/lib/mcpctl/fsync-benchmark";
    const int fd = ::open(file.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    Samples samples;
    const std::string page(4096, 'x');
    for (int round = 0; round < 100; ++round) {
        if (::pwrite(fd, page.data(), page.size(), round * 4096) != 4096) {
            throw std::runtime_error("cannot write " + file);
        }
        const Stopwatch watch;
        ::fsync(fd);
        samples.push_back(watch.passed());
    }
    ::close(fd);
    std::filesystem::remove(file);
    return median(samples);
}

}  // namespace

double at(Samples samples, double share) {
    std::ranges::sort(samples);
    return samples.empty() ? 0 : samples[std::size_t(share * double(samples.size() - 1))];
}

double time_of(const Command& command) {
    static const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    const Stopwatch watch;
    await_success(start(command, nowhere), command);
    return watch.passed();
}

std::string output_of(const Command& command) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) {
        throw std::runtime_error("no pipe");
    }
    const pid_t child = start(command, ends[1]);
    ::close(ends[1]);
    std::string text;
    char buffer[4096];
    for (ssize_t got = 0; (got = ::read(ends[0], buffer, sizeof buffer)) > 0;) {
        text.append(buffer, std::size_t(got));
    }
    ::close(ends[0]);
    await_success(child, command);
    return text;
}

Usage usage_of(int pid) {
    const std::filesystem::path process = std::format("/proc/{}", pid);
    Usage usage;
    for (const auto& thread : std::filesystem::directory_iterator(process / "task")) {
        usage.wakeups += long(number_after(text_of(thread.path() / "status"), "\nvoluntary_ctxt_switches:"));
        usage.cpu_ms += std::strtod(text_of(thread.path() / "schedstat").c_str(), nullptr) / 1e6;
    }
    usage.resident_mb = number_after(text_of(process / "status"), "VmRSS:") / 1024;
    usage.proportional_mb = number_after(text_of(process / "smaps_rollup"), "\nPss:") / 1024;
    return usage;
}

int agent_pid() {
    return std::atoi(output_of({"systemctl", "show", "--property=MainPID", "--value", "mcpctl-agent.service"}).c_str());
}

void print_machine() {
    utsname kernel{};
    ::uname(&kernel);
    const double memory = number_after(text_of("/proc/meminfo"), "MemTotal:") / (1024 * 1024);
    const std::string version = output_of({"systemctl", "--version"});
    std::println("{} cores, {:.0f} GiB, kernel {}, {}; load average {}", std::thread::hardware_concurrency(), memory,
                 kernel.release, version.substr(0, version.find(" (")), text_of("/proc/loadavg").substr(0, 14));
    std::println("fsync of 4 KiB on the disk of the store: median {:.2f} ms", fsync_median());
}

void install_server() {
    std::filesystem::copy_file("/src/mcpctl/build/release/tests/fixtures/mcp-server/mcp-test-server", server_path,
                               std::filesystem::copy_options::update_existing);
}

std::string server_definition() {
    return std::format(R"({{"name": "bench", "transport": "streamable-http", "run": {{"command": ["{}", "http"]}}}})",
                       server_path);
}

}  // namespace mcpctl::bench
