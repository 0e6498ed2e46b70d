#include "ctl/mcp/stdio_transport.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <thread>

#include "ctl/mcp/mcp_client.hpp"

namespace mcpctl::ctl {
namespace {

using namespace std::chrono_literals;
using mcp::Json;

class AStdioServer : public testing::Test {
  protected:
    AStdioServer() {
        int ends[2] = {-1, -1};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
        session_.reset(ends[0]);
        server_.reset(ends[1]);
    }
    // Answers each line with the lines that `answer` gives, until the input ends or `answer` gives "end".
    void serve(std::function<std::string(const Json&)> answer) {
        thread_ = std::jthread([this, answer = std::move(answer)] {
            for (std::string line = read_line(); !line.empty(); line = read_line()) {
                const std::string text = answer(Json::parse(line));
                if (text == "end") {
                    break;
                }
                write_all(text);
            }
            server_.reset();
        });
    }
    std::unique_ptr<StdioTransport> transport() { return std::make_unique<StdioTransport>(std::move(session_)); }
    static Patience patience() { return {SteadyClock::now() + 60s}; }
    Result<mcp::Message> exchange(std::int64_t id, const std::string& method, const Json& params = {}) {
        const auto to_server = transport();
        return to_server->exchange({}, mcp::request({}, id, method, params), {}, patience());
    }
    std::string read_line() {
        while (!inbox_.contains('\n')) {
            std::string portion(65536, '\0');
            const ssize_t count = ::read(server_.get(), portion.data(), portion.size());
            if (count <= 0) {
                return {};
            }
            inbox_.append(portion, 0, std::size_t(count));
        }
        std::string line = inbox_.substr(0, inbox_.find('\n'));
        inbox_.erase(0, line.size() + 1);
        return line;
    }
    void write_all(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t count = ::send(server_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (count <= 0) {
                return;
            }
            bytes.remove_prefix(std::size_t(count));
        }
    }

    UniqueFd session_;
    UniqueFd server_;
    std::string inbox_;
    std::jthread thread_;
};

TEST_F(AStdioServer, MaySayOtherThingsBeforeItAnswers) {
    Json refusal;
    serve([&](const Json& message) -> std::string {
        if (message.contains("error")) {
            refusal = message;
            return "{\"id\":5,\"result\":{\"text\":\"done\"}}\n";
        }
        return "a banner that belongs on stderr\n\n{\"method\":\"notifications/message\"}\n{\"id\":4,\"result\":{}}\n"
               "{\"id\":\"r\",\"method\":\"roots/list\"}\n";
    });
    const auto answer = exchange(5, "tools/call");
    ASSERT_TRUE(answer) << answer.error().reason;
    EXPECT_EQ(answer->result["text"], "done");
    EXPECT_EQ(refusal["id"], "r");
    EXPECT_EQ(refusal["error"]["code"], -32601);
}

// It writes before it reads on, as a pipe's size would deadlock a client that only writes.
TEST_F(AStdioServer, MayWriteMuchBeforeItReadsMuch) {
    const std::string large(std::size_t{4} << 20, 'x');
    thread_ = std::jthread([&] {
        write_all("{\"method\":\"" + large + "\"}\n");
        const Json message = Json::parse(read_line());
        write_all(Json{{"id", 1}, {"result", message["params"]["text"]}}.dump() + "\n");
    });
    const auto answer = exchange(1, "tools/call", {{"text", large}});
    ASSERT_TRUE(answer) << answer.error().reason;
    EXPECT_TRUE(answer->result == large);
}

TEST_F(AStdioServer, ThatEndsIsUnavailable) {
    serve([](const Json&) { return "end"; });
    EXPECT_EQ(exchange(1, "ping").error().code, ErrorCode::Unavailable);
}

TEST_F(AStdioServer, ThatIsSilentTimesOutAndCanBeInterrupted) {
    const auto to_server = transport();
    const auto ping = mcp::request({}, 1, "ping", {});
    EXPECT_EQ(to_server->exchange({}, ping, {}, {SteadyClock::now()}).error().code, ErrorCode::TimedOut);
    int ends[2] = {-1, -1};
    ASSERT_EQ(::pipe(ends), 0);
    const UniqueFd interrupt(ends[0]);
    UniqueFd(ends[1]).reset();
    EXPECT_EQ(to_server->exchange({}, ping, {}, {SteadyClock::now() + 60s, interrupt.get()}).error().code,
              ErrorCode::Canceled);
}

TEST_F(AStdioServer, HasALimit) {
    thread_ = std::jthread([&] {
        const std::string portion(std::size_t{1} << 20, 'x');
        for (std::size_t sent = 0; sent <= max_message_bytes; sent += portion.size()) {
            write_all(portion);
        }
    });
    EXPECT_EQ(exchange(1, "ping").error().code, ErrorCode::LimitsExceeded);
}

// As the reference servers of 2026 do.
TEST_F(AStdioServer, OfTheLegacyGenerationIsInitialized) {
    std::string methods;
    serve([&](const Json& message) -> std::string {
        const std::string method = message["method"];
        methods += method + " ";
        const Json id = message.value("id", Json());
        if (method == "initialize") {
            return Json{{"id", id}, {"result", {{"protocolVersion", "2025-11-25"}}}}.dump() + "\n";
        }
        if (method == "tools/list") {
            const bool first = !message.contains("params");
            Json result{{"tools", Json::array({Json{{"name", first ? "one" : "two"}}, 7})}};
            if (first) {
                result["nextCursor"] = "c";
            }
            return Json{{"id", id}, {"result", result}}.dump() + "\n";
        }
        return id.is_null() ? "" : Json{{"id", id}, {"error", {{"code", -32601}}}}.dump() + "\n";
    });
    auto client = McpClient::greet(transport(), mcp::Generation::modern, patience());
    ASSERT_TRUE(client) << client.error().reason;
    const auto tools = client->tools(patience());
    ASSERT_TRUE(tools) << tools.error().reason;
    EXPECT_EQ(*tools, Json::parse(R"([{"name": "one"}, {"name": "two"}])"));
    EXPECT_EQ(methods, "server/discover initialize notifications/initialized tools/list tools/list ");
}

TEST_F(AStdioServer, WhoseListOfToolsNeverEndsIsLeft) {
    serve([](const Json& message) {
        return Json{{"id", message.value("id", Json())},
                    {"result",
                     {{"supportedVersions", {"2026-07-28"}}, {"tools", Json::array()}, {"nextCursor", "again"}}}}
                   .dump() +
               "\n";
    });
    auto client = McpClient::greet(transport(), mcp::Generation::modern, patience());
    ASSERT_TRUE(client) << client.error().reason;
    EXPECT_EQ(client->tools(patience()).error().code, ErrorCode::LimitsExceeded);
}

TEST_F(AStdioServer, ThatAsksForInputIsNotAnswered) {
    serve([](const Json& message) {
        return Json{{"id", message.value("id", Json())},
                    {"result", {{"supportedVersions", {"2026-07-28"}}, {"resultType", "input_required"}}}}
                   .dump() +
               "\n";
    });
    auto client = McpClient::greet(transport(), mcp::Generation::modern, patience());
    ASSERT_TRUE(client) << client.error().reason;
    EXPECT_EQ(client->call_tool("x", Json::object(), patience()).error().code, ErrorCode::NotSupported);
}

}  // namespace
}  // namespace mcpctl::ctl
