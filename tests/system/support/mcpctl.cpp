#include "tests/system/support/mcpctl.hpp"

#include <gtest/gtest.h>

#include <algorithm>

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

std::string busy_reasons() {
    return run({"busctl", "get-property", "org.mcpctl.Agent1", "/org/mcpctl/Agent1", "org.mcpctl.Agent1.Manager",
                "BusyReasons"})
        .out;
}

std::string state_of(const std::string& instance) {
    return status_of(instance).value("state", "");
}

// Empty while a stdio server has no standby.
std::string unit_of(const std::string& instance) {
    const Json unit = status_of(instance).value("unit", Json());
    return unit.is_string() ? unit.get<std::string>() : "";
}

std::string slice_of(const std::string& instance) {
    return status_of(instance).value("slice", "");
}

int main_pid_of(const std::string& instance) {
    const std::string unit = unit_of(instance);
    return unit.empty() ? 0 : std::stoi(show(unit, "MainPID"));
}

Json without_health(Json instances) {
    if (instances.is_array()) {
        std::ranges::transform(instances, instances.begin(), without_health);
        return instances;
    }
    for (const char* member : {"health", "healthChangedAt", "readiness"}) {
        instances.erase(member);
    }
    return instances;
}

}  // namespace mcpctl::test
