// The tool under test, and what it says as JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/system/support/process.hpp"

namespace mcpctl::test {

using Json = nlohmann::json;

Output mcpctl(std::vector<std::string> arguments, const std::string& input = {});
// The same beside the test.
Process mcpctl_process(std::vector<std::string> arguments);
// Output with -o json; fails the test when mcpctl does.
Json mcpctl_json(std::vector<std::string> arguments);

// Members are null when there is no such instance. `status` succeeds or says that the instance is not running.
Json status_of(const std::string& instance);
std::string state_of(const std::string& instance);
// Why the agent does not exit, as busctl prints it.
std::string busy_reasons();
std::string unit_of(const std::string& instance);
std::string slice_of(const std::string& instance);
// 0 while it has no process.
int main_pid_of(const std::string& instance);
// An instance, or a list of them, without what each check changes and what a new agent has to find out.
Json without_health(Json instances);

}  // namespace mcpctl::test
