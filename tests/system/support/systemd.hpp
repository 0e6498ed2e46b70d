// What the machine itself says, past mcpctl.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace mcpctl::test {

using Json = nlohmann::json;

constexpr const char* agent_service = "mcpctl-agent.service";

std::string show(const std::string& unit, const std::string& property);
// All properties at once, as "Name=value" lines.
std::string show_all(const std::string& unit);
void systemctl(std::vector<std::string> arguments);
bool is_active(const std::string& unit);
bool is_loaded(const std::string& unit);

// What the unit's processes wrote, one line each.
std::vector<std::string> lines_of(const std::string& unit);
bool wrote(const std::string& unit, const std::string& text);
// Entries that match journalctl's arguments, oldest first.
std::vector<Json> journal(std::vector<std::string> matches);
// µs on the monotonic clock at which PID 1 finished a job of this type ("start", "stop") for the unit; 0 if never.
long long job_done_at(const std::string& unit, const std::string& type);

int agent_pid();
// Kills it as a crash would, and returns when the process is gone.
void kill_agent();
// The agent is made to exit; the next call activates it.
void stop_agent();

}  // namespace mcpctl::test
