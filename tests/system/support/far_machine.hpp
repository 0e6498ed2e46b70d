// This machine as another one: its bridge with TLS, and the tool that goes there.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tests/system/support/http_client.hpp"

namespace mcpctl::test {

constexpr const char* far_address = "https://localhost:6271";
constexpr const char* nginx_address = "https://localhost:8443";
constexpr const char* tinyproxy_address = "http://127.0.0.1:8888";

class FarMachineTest : public HttpTest {
  protected:
    void SetUp() override;
    void TearDown() override;

    // The tool with these variables: by default it goes to far_address, and trusts its certificate.
    [[nodiscard]] std::vector<std::string> far_command(std::vector<std::string> arguments,
                                                       std::vector<std::string> variables = {}) const;
    [[nodiscard]] Output far(std::vector<std::string> arguments, std::vector<std::string> variables = {}) const;
    [[nodiscard]] Process far_process(std::vector<std::string> arguments,
                                      std::vector<std::string> variables = {}) const;

    // In front of the bridge, with TLS; without `upgrades` it passes none on.
    void start_nginx(bool upgrades);
    // Lets CONNECT through to the bridge; with a user and a password where they are given.
    void start_tinyproxy(const std::string& more = {});
    void stop_proxy() { proxy_.reset(); }

    void start_writer(int lines, int lines_per_second) const;
    [[nodiscard]] std::string path(const std::string& name) const { return (directory / name).string(); }

    const std::filesystem::path directory = "/run/mcpctl-far-test";

  private:
    std::optional<Process> proxy_;
};

}  // namespace mcpctl::test
