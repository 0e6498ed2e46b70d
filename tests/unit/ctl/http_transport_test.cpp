#include "ctl/mcp/http_transport.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <format>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "base/unique_fd.hpp"
#include "ctl/mcp/mcp_client.hpp"
#include "ctl/mcp/sse_transport.hpp"

namespace mcpctl::ctl {
namespace {

using namespace std::chrono_literals;
using mcp::Json;
using testing::ElementsAre;
using testing::HasSubstr;

struct Request {
    std::string head;  // in lower case
    Json body;
    [[nodiscard]] std::string method() const { return body.is_object() ? body.value("method", "") : ""; }
    [[nodiscard]] std::string id() const { return body.value("id", Json()).dump(); }
};

std::string response(int status, const std::string& type, const std::string& body, const std::string& more = "") {
    return std::format("HTTP/1.1 {} X\r\nContent-Type: {}\r\nContent-Length: {}\r\n{}Connection: close\r\n\r\n{}",
                       status, type, body.size(), more, body);
}

std::string json(const std::string& body) {
    return response(200, "application/json", body);
}

// A server that answers each connection's one request as a handler says.
class AnHttpServer : public testing::Test {
  protected:
    AnHttpServer() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        EXPECT_EQ(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
        EXPECT_EQ(::listen(listener_.get(), 8), 0);
        EXPECT_EQ(::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
        origin_ = std::format("http://127.0.0.1:{}", ntohs(address.sin_port));
    }
    ~AnHttpServer() override { ::shutdown(listener_.get(), SHUT_RDWR); }
    void serve(std::function<std::string(const Request&)> handler) {
        thread_ = std::jthread([this, handler = std::move(handler)] {
            for (UniqueFd client; client.reset(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)), client;) {
                const Request request = read(client.get());
                seen_.push_back(request.head.substr(0, request.head.find(' ')) + " " + request.method());
                const std::string answer = handler(request);
                ::send(client.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
            }
        });
    }
    static Request read(int fd) {
        std::string text;
        std::size_t wanted = std::string::npos;
        std::string portion(65536, '\0');
        for (ssize_t count = 0; text.size() < wanted && (count = ::read(fd, portion.data(), portion.size())) > 0;) {
            text.append(portion, 0, std::size_t(count));
            if (const std::size_t end = text.find("\r\n\r\n");
                end != std::string::npos && wanted == std::string::npos) {
                std::ranges::transform(text.begin(), text.begin() + std::ptrdiff_t(end), text.begin(),
                                       [](unsigned char c) { return char(std::tolower(c)); });
                const std::size_t length = text.find("content-length: ");
                wanted = end + 4 + (length < end ? std::stoul(text.substr(length + 16)) : 0);
            }
        }
        const std::size_t end = text.find("\r\n\r\n");
        return {text.substr(0, end), Json::parse(text.substr(end + 4), nullptr, false)};
    }
    static Patience patience() { return {SteadyClock::now() + 60s}; }
    Result<McpClient> greet() {
        return McpClient::greet(std::make_unique<HttpTransport>(origin_ + "/mcp"), mcp::Generation::modern, patience());
    }
    // The methods that were seen, once the server has ended.
    std::vector<std::string> seen() {
        ::shutdown(listener_.get(), SHUT_RDWR);
        thread_.join();
        return seen_;
    }

    UniqueFd listener_;
    std::string origin_;
    std::vector<std::string> seen_;
    std::jthread thread_;
};

TEST_F(AnHttpServer, OfTheModernGenerationGetsHeadersThatMirrorTheBody) {
    std::string head;
    serve([&](const Request& request) {
        head = request.head;
        return json("{\"id\":" + request.id() + R"(,"result":{"supportedVersions":["2026-07-28"],"content":[]}})");
    });
    auto client = greet();
    ASSERT_TRUE(client) << client.error().reason;
    const auto answer = client->call_tool("echo", {{"a", 1}}, patience());
    ASSERT_TRUE(answer) << answer.error().reason;
    EXPECT_EQ(answer->kind, mcp::Message::Kind::result);
    EXPECT_THAT(seen(), ElementsAre("post server/discover", "post tools/call"));
    EXPECT_THAT(head, HasSubstr("mcp-protocol-version: 2026-07-28"));
    EXPECT_THAT(head, HasSubstr("mcp-name: echo"));
}

TEST_F(AnHttpServer, ThatMissesParameterHeadersIsCalledAgainWithThem) {
    serve([&](const Request& request) {
        const std::string begin = "{\"id\":" + request.id();
        if (request.method() == "tools/list") {
            return json(begin + R"(,"result":{"tools":[{"name":"t","inputSchema":{"properties":
                                   {"region":{"type":"string","x-mcp-header":"Region"}}}}]}})");
        }
        if (request.method() == "tools/call" && !request.head.contains("mcp-param-region: eu")) {
            return response(400, "application/json", begin + R"(,"error":{"code":-32020,"message":"missing"}})");
        }
        return json(begin + R"(,"result":{"supportedVersions":["2026-07-28"]}})");
    });
    auto client = greet();
    ASSERT_TRUE(client) << client.error().reason;
    const auto answer = client->call_tool("t", {{"region", "eu"}}, patience());
    ASSERT_TRUE(answer) << answer.error().reason;
    EXPECT_EQ(answer->kind, mcp::Message::Kind::result);
}

TEST_F(AnHttpServer, OfTheLegacyGenerationGetsItsSessionBackAndDeleted) {
    std::vector<std::string> refusals;
    serve([&](const Request& request) {
        if (request.method() == "server/discover") {  // as server-everything does
            return response(400, "application/json", R"({"id":null,"error":{"code":-32000,"message":"No session"}})");
        }
        if (request.method() == "initialize") {
            return response(200, "text/event-stream",
                            "event: message\ndata: {\"id\":" + request.id() +
                                ",\"result\":{\"protocolVersion\":\"2025-06-18\"}}\n\n",
                            "Mcp-Session-Id: s-1\r\n");
        }
        if (!request.head.contains("mcp-session-id: s-1") || !request.head.contains("version: 2025-06-18")) {
            return response(400, "text/plain", "no session");
        }
        if (request.method() == "tools/call") {
            return response(200, "text/event-stream",
                            "data: {\"method\":\"notifications/progress\"}\n\n"
                            "data: {\"id\":\"q\",\"method\":\"sampling/createMessage\"}\n\n"
                            "data: {\"id\":" +
                                request.id() + ",\"result\":{\"content\":[]}}\n\n");
        }
        if (request.body.is_object() && request.body.contains("error")) {
            refusals.push_back(request.body["id"]);
        }
        return response(202, "text/plain", "");
    });
    {
        auto client = greet();
        ASSERT_TRUE(client) << client.error().reason;
        const auto answer = client->call_tool("t", Json::object(), patience());
        ASSERT_TRUE(answer) << answer.error().reason;
    }
    EXPECT_THAT(seen(), ElementsAre("post server/discover", "post initialize", "post notifications/initialized",
                                    "post tools/call", "post ", "delete "));
    EXPECT_THAT(refusals, ElementsAre("q"));
}

TEST_F(AnHttpServer, ThatRedirectsIsNotFollowed) {
    serve([&](const Request&) { return response(302, "text/plain", "", "Location: " + origin_ + "/else\r\n"); });
    const auto client = greet();
    ASSERT_FALSE(client);
    EXPECT_THAT(client.error().reason, HasSubstr("302"));
    EXPECT_THAT(seen(), ElementsAre("post server/discover", "post initialize"));
}

TEST_F(AnHttpServer, ThatIsNoMcpServerIsReportedWithItsStatus) {
    serve([&](const Request&) { return response(404, "text/html", "<p>not here"); });
    EXPECT_THAT(greet().error().reason, HasSubstr("HTTP status 404"));
}

TEST_F(AnHttpServer, ThatDoesNotListenIsUnavailable) {
    listener_.reset();
    EXPECT_EQ(greet().error().code, ErrorCode::Unavailable);
}

TEST_F(AnHttpServer, OfTheOldTransportNamesAnEndpointOnlyOfItsOwn) {
    std::string endpoint = "http://127.0.0.1:1/elsewhere";
    serve([&](const Request&) {
        return response(200, "text/event-stream", "event: endpoint\ndata: " + endpoint + "\n\n");
    });
    SseTransport transport(origin_ + "/sse");
    const auto answer = transport.exchange({}, mcp::notification("notifications/initialized"), {}, patience());
    EXPECT_EQ(answer.error().code, ErrorCode::NotSupported);
}

// The answers come on the stream, which stays open while messages are posted.
TEST_F(AnHttpServer, OfTheOldTransportAnswersOnItsStream) {
    thread_ = std::jthread([this] {
        const UniqueFd stream(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        read(stream.get());
        const std::string begin =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nevent: endpoint\ndata: /message?id=1\n\n";
        ::send(stream.get(), begin.data(), begin.size(), MSG_NOSIGNAL);
        const UniqueFd post(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        const Request request = read(post.get());
        EXPECT_THAT(request.head, HasSubstr("post /message?id=1"));
        const std::string accepted = response(202, "text/plain", "");
        ::send(post.get(), accepted.data(), accepted.size(), MSG_NOSIGNAL);
        const std::string event = "event: message\ndata: {\"id\":" + request.id() + ",\"result\":{\"a\":1}}\n\n";
        ::send(stream.get(), event.data(), event.size(), MSG_NOSIGNAL);
    });
    SseTransport transport(origin_ + "/sse");
    const mcp::Agreement legacy{mcp::Generation::legacy, "2025-11-25"};
    const auto answer = transport.exchange(legacy, mcp::request(legacy, 1, "ping", {}), {}, patience());
    ASSERT_TRUE(answer) << answer.error().reason;
    EXPECT_EQ(answer->result["a"], 1);
}

}  // namespace
}  // namespace mcpctl::ctl
