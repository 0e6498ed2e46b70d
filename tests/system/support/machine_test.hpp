// The fixture of all system tests: each finds the machine clean, leaves it clean, and fails if it cannot.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/system/support/eventually.hpp"
#include "tests/system/support/mcp_client.hpp"
#include "tests/system/support/mcpctl.hpp"
#include "tests/system/support/process.hpp"
#include "tests/system/support/systemd.hpp"

namespace mcpctl::test {

class MachineTest : public ::testing::Test {
  protected:
    void SetUp() override;
    void TearDown() override;

    // Defines a server NAME-server with this command and a profile NAME of it. `settings` are the profile's.
    static void define(const std::string& name, const std::vector<std::string>& command,
                       Json settings = Json::object());
    // The same with the test server, misbehaving as the switches say.
    static void define_test_server(const std::string& name, std::vector<std::string> switches = {},
                                   Json settings = Json::object());
    static void add_server(const Json& definition);
    static void add_profile(const Json& definition);
    // Starts and returns the instance as JSON; fails the test when that fails.
    static Json start(const std::string& profile);
    static void stop(const std::string& instance);
};

// What of mcpctl's is left in the machine, in words; empty when nothing is.
std::string leftovers();

// A drop-in of the agent's configuration. It takes effect with the next agent or a reload, and goes with this object.
class ConfigurationDropIn {
  public:
    explicit ConfigurationDropIn(const std::string& toml);
    ConfigurationDropIn(const ConfigurationDropIn&) = delete;
    ConfigurationDropIn& operator=(const ConfigurationDropIn&) = delete;
    ~ConfigurationDropIn();

    void write(const std::string& toml) const;
};

}  // namespace mcpctl::test
