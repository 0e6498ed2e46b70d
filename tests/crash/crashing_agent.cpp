#include "tests/crash/crashing_agent.hpp"

#include <filesystem>
#include <format>
#include <fstream>

#include "tests/crash/point_files.hpp"
#include "tests/system/support/systemd.hpp"

namespace mcpctl::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* drop_in = "/run/systemd/system/mcpctl-agent.service.d/crashing.conf";

std::vector<std::string> lines_in(const char* path) {
    std::ifstream file(path);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) {
        lines.push_back(line);
    }
    return lines;
}

void write_lines(const char* path, const std::vector<std::string>& lines) {
    std::ofstream file(path, std::ios::trunc);
    for (const std::string& line : lines) {
        file << line << '\n';
    }
}

}  // namespace

CrashingAgent::CrashingAgent() {
    const fs::path binary =
        fs::read_symlink("/proc/self/exe").parent_path().parent_path() / "crash" / "mcpctl-agent-crashing";
    fs::create_directories(crash::point_directory);
    arm({});
    fs::create_directories(fs::path(drop_in).parent_path());
    // The growing delay of restarts is not what is tried here.
    std::ofstream(drop_in) << std::format("[Service]\nExecStart=\nExecStart={}\nReadWritePaths={}\nRestartSteps=0\n",
                                          binary.lexically_normal().string(), crash::point_directory);
    systemctl({"daemon-reload"});
    stop_agent();
}

CrashingAgent::~CrashingAgent() {
    fs::remove(drop_in);
    systemctl({"daemon-reload"});
    stop_agent();
    fs::remove_all(crash::point_directory);
}

void CrashingAgent::arm(const std::vector<std::string>& points) {
    write_lines(crash::passed_points, {});
    write_lines(crash::armed_points, points);
}

std::vector<std::string> CrashingAgent::still_armed() {
    return lines_in(crash::armed_points);
}

std::set<std::string> CrashingAgent::passed() {
    const auto lines = lines_in(crash::passed_points);
    return {lines.begin(), lines.end()};
}

}  // namespace mcpctl::test
