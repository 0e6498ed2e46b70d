// M19: tests/docker-compose.yml, the test server with its log as it is asked for, and the proxy in front of it.
#include <algorithm>
#include <filesystem>
#include <format>

#include "tests/system/support/machine_test.hpp"

namespace mcpctl::test {
namespace {

constexpr int line_count = 500;

class Compose : public MachineTest {
  protected:
    void TearDown() override {
        compose({"down", "--timeout", "2", "--rmi", "all"});
        const std::string ours = "label=com.docker.compose.project";
        EXPECT_EQ(output_of({"docker", "ps", "--all", "--quiet", "--filter", ours}), "");
        EXPECT_EQ(output_of({"docker", "images", "--all", "--quiet", "--filter", ours}), "");
        EXPECT_EQ(output_of({"docker", "network", "ls", "--quiet", "--filter", ours}), "");
        MachineTest::TearDown();
    }

    // Variables as "NAME=value".
    static Output compose(std::vector<std::string> arguments, const std::vector<std::string>& variables = {}) {
        const auto here = std::filesystem::read_symlink("/proc/self/exe").parent_path();
        std::vector<std::string> command{"env", "MCP_TEST_SERVER_DIRECTORY=/usr/local/bin"};
        command.insert(command.end(), variables.begin(), variables.end());
        command.insert(command.end(), {"docker", "compose", "--progress", "plain", "--file",
                                       here / "../../../../tests/docker-compose.yml"});
        command.insert(command.end(), arguments.begin(), arguments.end());
        Output output = run(command);
        EXPECT_EQ(output.status, 0) << output.err;
        return output;
    }
    static std::vector<Json> written_by(const std::string& service) {
        return journal({std::format("CONTAINER_NAME=mcp-test-{}-1", service)});
    }
    static bool has_written(const std::string& service, const std::string& text) {
        return std::ranges::any_of(written_by(service), [&](const Json& entry) {
            return entry["MESSAGE"].is_string() && entry["MESSAGE"].get<std::string>().contains(text);
        });
    }
    static bool accepts(int port) {
        return run({"curl", "--silent", std::format("http://127.0.0.1:{}/", port)}).status == 0;
    }
};

TEST_F(Compose, BringsUpAServerThatAnswersDirectlyAndThroughTheProxy) {
    compose({"up", "--detach"});
    ASSERT_TRUE(eventually([] { return accepts(8080) && accepts(8888); }));
    const std::vector<std::string> proxy{"--proxy", "http://127.0.0.1:8888"};
    const std::vector<std::string> tunnel{"--proxy", proxy[1], "--proxytunnel", "--suppress-connect-headers"};
    EXPECT_EQ(McpClient("http://127.0.0.1:8080/mcp").server_info()["name"], "mcp-test-server");
    EXPECT_EQ(McpClient("http://server:8080/mcp", proxy).server_info()["name"], "mcp-test-server");
    McpClient tunnelled("http://server:8080/mcp", tunnel);
    EXPECT_EQ(tunnelled.call("echo", {{"text", "hello"}})["content"][0]["text"], "hello");
    EXPECT_TRUE(eventually([] { return has_written("proxy", "POST http://server:8080/mcp"); }));
    EXPECT_TRUE(eventually([] { return has_written("proxy", "CONNECT server:8080"); }));
    // Without being told otherwise it writes a line a second, without end.
    EXPECT_TRUE(eventually([] { return has_written("server", "line 000002 of unlimited"); }));
}

TEST_F(Compose, WritesTheLogThatTheEnvironmentAsksFor) {
    compose({"up", "--detach", "server"},
            {"MCP_PORT=8081", "MCP_LOG_RATE=0", std::format("MCP_LOG_COUNT={}", line_count), "MCP_LOG_STREAM=stdout",
             "MCP_LOG_SHAPE=json"});
    ASSERT_TRUE(eventually([] { return has_written("server", std::format("line {:06} of", line_count)); }));
    int next = 1;
    for (const Json& entry : written_by("server")) {
        const Json line = Json::parse(entry["MESSAGE"].get<std::string>(), nullptr, false);
        if (line.is_object()) {
            EXPECT_EQ(line["sequence"], next++);
            EXPECT_EQ(entry["PRIORITY"], "6") << "stdout";
        }
    }
    EXPECT_EQ(next, line_count + 1);
    EXPECT_EQ(McpClient("http://127.0.0.1:8081/mcp").server_info()["name"], "mcp-test-server");
    // The same through the engine, and with lines that mean harm.
    compose({"up", "--detach", "server"}, {"MCP_LOG_RATE=0", "MCP_LOG_COUNT=1", "MCP_LOG_SHAPE=ansi"});
    EXPECT_TRUE(eventually(
        [] { return compose({"logs", "--no-log-prefix", "server"}).out.contains("\x1b[31mline 000001 of 1\x1b[0m"); }));
}

}  // namespace
}  // namespace mcpctl::test
