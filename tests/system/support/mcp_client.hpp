// An MCP client of the generation with sessions, over Streamable HTTP, by curl.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace mcpctl::test {

using Json = nlohmann::json;

class McpClient {
  public:
    // Initializes a session; fails the test when that does not work. Curl may have options, for a proxy.
    explicit McpClient(std::string endpoint, std::vector<std::string> curl_options = {});
    // For an instance, by its name.
    static McpClient of(const std::string& instance);

    [[nodiscard]] const Json& server_info() const { return server_info_; }
    // The result of tools/call; null with a failed test when there is none.
    Json call(const std::string& tool, const Json& arguments = Json::object());
    // Its structured content, of the test server.
    Json data(const std::string& tool, const Json& arguments = Json::object());
    // Calls a tool after which the server may be gone.
    void call_fatally(const Json& behaviour);

  private:
    Json post(const Json& message);

    std::string endpoint_;
    std::vector<std::string> curl_options_;
    std::string session_;
    Json server_info_;
    int id_ = 0;
};

}  // namespace mcpctl::test
