// What the container engines themselves say, past mcpctl.
#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/system/support/machine_test.hpp"

namespace mcpctl::test {

constexpr const char* test_image = "localhost/mcp-test-server:latest";

// Of the static test server alone, so that nothing is fetched; once for each engine.
void make_test_image(const std::string& tool);
// Server NAME-server with that image, and profile NAME of it, which runs in this engine.
Json server_in_container(const std::string& name, const std::vector<std::string>& switches = {});
Json profile_in_container(const std::string& name, const std::string& tool, Json settings = Json::object());
// Names of the containers that could be ours.
std::vector<std::string> containers_in(const std::string& tool);

// An engine by the name of its tool: docker or podman.
class ContainerTest : public MachineTest {
  protected:
    explicit ContainerTest(std::string tool) : tool_(std::move(tool)) {}
    void SetUp() override;
    void TearDown() override;

    // Adds what the functions above make.
    void define_in_container(const std::string& name, const std::vector<std::string>& switches = {},
                             Json settings = Json::object()) const;
    void define_stdio_in_container(const std::string& name, Json settings = Json::object()) const;
    // The output of the engine's tool; fails the test when it fails.
    std::string engine(std::vector<std::string> arguments) const;
    [[nodiscard]] std::vector<std::string> containers() const { return containers_in(tool_); }
    [[nodiscard]] Json inspect(const std::string& container) const;
    [[nodiscard]] const std::string& tool() const { return tool_; }

  private:
    std::string tool_;
};

// For tests that are run on each engine.
class OnEachEngine : public ContainerTest, public ::testing::WithParamInterface<std::string> {
  protected:
    OnEachEngine() : ContainerTest(GetParam()) {}
};

inline const auto engines = ::testing::Values("docker", "podman");
inline const auto name_of_engine = [](const ::testing::TestParamInfo<std::string>& engine) { return engine.param; };

// The name of an instance's container.
std::string container_of(const std::string& instance);

}  // namespace mcpctl::test
