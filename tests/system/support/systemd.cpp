#include "tests/system/support/systemd.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <sstream>

#include "tests/system/support/eventually.hpp"
#include "tests/system/support/process.hpp"

namespace mcpctl::test {
namespace {

std::vector<std::string> split_lines(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        lines.push_back(line);
    }
    return lines;
}

}  // namespace

std::string show(const std::string& unit, const std::string& property) {
    return output_of({"systemctl", "show", "--property=" + property, "--value", unit});
}

std::string show_all(const std::string& unit) {
    return output_of({"systemctl", "show", "--all", unit});
}

void systemctl(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "systemctl");
    const Output output = run(arguments);
    EXPECT_EQ(output.status, 0) << arguments.at(1) << ": " << output.err;
}

bool is_active(const std::string& unit) {
    return show(unit, "ActiveState") == "active";
}

bool is_loaded(const std::string& unit) {
    return show(unit, "LoadState") != "not-found";
}

std::vector<std::string> lines_of(const std::string& unit) {
    return split_lines(run({"journalctl", "--quiet", "--output=cat", "_SYSTEMD_UNIT=" + unit}).out);
}

bool wrote(const std::string& unit, const std::string& text) {
    return std::ranges::any_of(lines_of(unit), [&](const std::string& line) { return line.contains(text); });
}

std::vector<Json> journal(std::vector<std::string> matches) {
    matches.insert(matches.begin(), {"journalctl", "--quiet", "--output=json", "--all"});
    std::vector<Json> entries;
    for (const std::string& line : split_lines(run(matches).out)) {
        entries.push_back(Json::parse(line, nullptr, false));
    }
    return entries;
}

long long job_done_at(const std::string& unit, const std::string& type) {
    const auto entries = journal({"_PID=1", "UNIT=" + unit, "JOB_TYPE=" + type, "JOB_RESULT=done"});
    return entries.empty() ? 0 : std::stoll(entries.back().value("__MONOTONIC_TIMESTAMP", "0"));
}

int agent_pid() {
    return std::stoi(show(agent_service, "MainPID"));
}

void kill_agent() {
    const int pid = agent_pid();
    ASSERT_GT(pid, 0) << "the agent does not run";
    // PID 1 remembers every crash, and waits longer after each.
    systemctl({"reset-failed", agent_service});
    ASSERT_EQ(::kill(pid, SIGKILL), 0);
    ASSERT_TRUE(eventually([&] { return agent_pid() != pid; }));
}

void stop_agent() {
    systemctl({"stop", agent_service});
}

}  // namespace mcpctl::test
