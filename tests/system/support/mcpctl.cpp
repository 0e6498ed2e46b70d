#include "tests/system/support/mcpctl.hpp"

#include <gtest/gtest.h>

#include "tests/system/support/systemd.hpp"

namespace mcpctl::test {
namespace {

constexpr int not_running = 7;
constexpr int not_found = 4;

std::vector<std::string> with_tool(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "mcpctl");
    return arguments;
}

}  // namespace

Output mcpctl(std::vector<std::string> arguments, const std::string& input) {
    return run(with_tool(std::move(arguments)), input);
}

Process mcpctl_process(std::vector<std::string> arguments) {
    return Process(with_tool(std::move(arguments)));
}

Json mcpctl_json(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"-o", "json"});
    const Output output = mcpctl(arguments);
    EXPECT_EQ(output.status, 0) << arguments.at(0) << ": " << output.err;
    return output.out.empty() ? Json() : Json::parse(output.out);
}

Json status_of(const std::string& instance) {
    const Output output = mcpctl({"status", instance, "-o", "json"});
    if (output.status == not_found) {
        return Json::object();
    }
    EXPECT_TRUE(output.status == 0 || output.status == not_running) << output.status << ": " << output.err;
    const Json status = Json::parse(output.out, nullptr, false);
    return status.is_object() ? status : Json::object();
}

std::string state_of(const std::string& instance) {
    return status_of(instance).value("state", "");
}

std::string unit_of(const std::string& instance) {
    return status_of(instance).value("unit", "");
}

std::string slice_of(const std::string& instance) {
    return status_of(instance).value("slice", "");
}

int main_pid_of(const std::string& instance) {
    return std::stoi(show(unit_of(instance), "MainPID"));
}

}  // namespace mcpctl::test
