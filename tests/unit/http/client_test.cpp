#include "http/client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <cstdlib>
#include <filesystem>
#include <format>
#include <functional>
#include <optional>

namespace mcpctl::http {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

// Answers each request as it is told and closes the connection then. With "" it says nothing, and what ends with "keep"
// leaves the connection open.
template <class Protocol>
class Server {
  public:
    using Socket = typename Protocol::socket;
    using Answers = std::function<std::string(const std::string& head)>;

    Server(asio::io_context& loop, const typename Protocol::endpoint& endpoint, Answers answers)
        : acceptor_(loop, endpoint), answers_(std::move(answers)) {
        asio::co_spawn(loop, accept(), asio::detached);
    }
    [[nodiscard]] auto endpoint() const { return acceptor_.local_endpoint(); }
    void stop() { acceptor_.close(); }

    int connections = 0;
    int closed = 0;
    std::vector<std::string> heads;
    std::size_t written = 0;

  private:
    Task<void> accept() {
        while (true) {
            Socket socket = co_await acceptor_.async_accept(asio::use_awaitable);
            ++connections;
            asio::co_spawn(acceptor_.get_executor(), serve(std::move(socket)),
                           [this](const std::exception_ptr& /*end of file*/) { ++closed; });
        }
    }
    Task<void> serve(Socket socket) {
        std::string buffer;
        while (true) {
            const auto size =
                co_await asio::async_read_until(socket, asio::dynamic_buffer(buffer), "\r\n\r\n", asio::use_awaitable);
            heads.push_back(buffer.substr(0, size));
            buffer.erase(0, size);
            const std::string answer = answers_(heads.back());
            for (std::size_t sent = 0; sent < answer.size();) {
                const std::size_t count =
                    co_await socket.async_write_some(asio::buffer(answer) + sent, asio::use_awaitable);
                sent += count;
                written += count;
            }
            if (!answer.empty() && !answer.ends_with("keep")) {
                break;
            }
        }
    }

    typename Protocol::acceptor acceptor_;
    Answers answers_;
};

using TcpServer = Server<asio::ip::tcp>;

std::string answer(std::string_view body, std::string_view status = "200 OK") {
    return std::format("HTTP/1.1 {}\r\nContent-Length: {}\r\nX-One: 1\r\n\r\n{}", status, body.size(), body);
}

class AnHttpClient : public testing::Test {
  protected:
    TcpServer& serve(TcpServer::Answers answers) {
        server_.emplace(loop_, asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), 0), std::move(answers));
        url_ = std::format("http://127.0.0.1:{}/mcp", server_->endpoint().port());
        return *server_;
    }
    // Runs the loop until the coroutine has ended.
    template <class T>
    T run(Task<T> task) {
        std::optional<T> value;
        asio::co_spawn(loop_, std::move(task), [&](const std::exception_ptr& failure, T result) {
            EXPECT_EQ(failure, nullptr);
            value = std::move(result);
        });
        loop_.restart();  // it has stopped where nothing was left to do
        while (!value) {
            loop_.run_one();
        }
        return std::move(*value);
    }
    Result<Response> send(Request request) { return run(client_.send(std::move(request))); }
    static Task<std::string> read_all(Stream& stream) {
        std::string all;
        while (true) {
            const auto piece = co_await stream.read(Clock::now() + 5s);
            EXPECT_TRUE(piece) << piece.error().reason;
            if (!piece || piece->empty()) {
                co_return all;
            }
            all += *piece;
        }
    }

    asio::io_context loop_;
    std::optional<TcpServer> server_;
    std::string url_;
    Client client_{loop_.get_executor()};
};

TEST_F(AnHttpClient, TakesStatusHeadersAndBody) {
    serve([](const auto&) { return answer("not here", "404 Not Found"); });
    const auto response = send({.url = url_});
    ASSERT_TRUE(response) << response.error().reason;
    EXPECT_EQ(response->status, 404);
    EXPECT_EQ(response->body, "not here");
    EXPECT_EQ(header(response->headers, "x-oNe"), "1");
    EXPECT_EQ(header(response->headers, "X-Two"), "");
}

TEST_F(AnHttpClient, SendsMethodHeadersAndBody) {
    TcpServer& server = serve([](const auto&) { return answer(""); });
    ASSERT_TRUE(
        send({.method = "POST", .url = url_, .headers = {{"Mcp-Method", "ping"}, {"Empty", ""}}, .body = "{}"}));
    EXPECT_THAT(server.heads.at(0), StartsWith("POST /mcp HTTP/1.1\r\n"));
    EXPECT_THAT(server.heads[0], HasSubstr("Mcp-Method: ping\r\n"));
    EXPECT_THAT(server.heads[0], HasSubstr("Empty:\r\n"));
    EXPECT_THAT(server.heads[0], HasSubstr("Content-Length: 2\r\n"));
}

TEST_F(AnHttpClient, UsesAConnectionAgainUnlessToldOtherwise) {
    TcpServer& server = serve([](const auto&) { return answer("keep"); });
    ASSERT_TRUE(send({.url = url_}));
    ASSERT_TRUE(send({.url = url_, .keep_connection = false}));
    EXPECT_EQ(server.connections, 1);
    ASSERT_TRUE(send({.url = url_}));
    EXPECT_EQ(server.connections, 2);
}

TEST_F(AnHttpClient, SpeaksToAUnixSocket) {
    std::string name = std::filesystem::temp_directory_path() / "mcpctl-http-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    const std::filesystem::path directory = name;
    Server<asio::local::stream_protocol> server(loop_,
                                                asio::local::stream_protocol::endpoint((directory / "socket").string()),
                                                [](const auto&) { return answer("engine"); });
    const auto response = send({.url = "http://engine/v1.41/version", .unix_socket = directory / "socket"});
    ASSERT_TRUE(response) << response.error().reason;
    EXPECT_EQ(response->body, "engine");
    EXPECT_THAT(server.heads.at(0), StartsWith("GET /v1.41/version "));
    std::filesystem::remove_all(directory);
    const auto refused = send({.url = "http://engine/", .unix_socket = directory / "socket"});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::Unavailable);
    EXPECT_THAT(refused.error().reason, HasSubstr((directory / "socket").string()));
}

// F19
TEST_F(AnHttpClient, ConnectsNowhereButToThisMachine) {
    for (const char* url : {"http://192.0.2.1:80/", "http://localhost:80/", "https://127.0.0.1:443/",
                            "file:///etc/passwd", "http://127.0.0.1:80@192.0.2.1/"}) {
        const auto refused = send({.url = url});
        ASSERT_FALSE(refused) << url;
        EXPECT_EQ(refused.error().code, ErrorCode::NotSupported) << url;
    }
}

TEST_F(AnHttpClient, FollowsNoRedirect) {
    TcpServer& server = serve(
        [&](const auto&) { return std::format("HTTP/1.1 307 X\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n", url_); });
    const auto response = send({.url = url_});
    ASSERT_TRUE(response) << response.error().reason;
    EXPECT_EQ(response->status, 307);
    EXPECT_EQ(server.heads.size(), 1U);
}

TEST_F(AnHttpClient, SaysThatNobodyListens) {
    serve([](const auto&) { return answer(""); }).stop();
    const auto refused = send({.url = url_});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::Unavailable);
    EXPECT_THAT(refused.error().reason, HasSubstr(url_));
}

TEST_F(AnHttpClient, TellsACutAnswerFromAWholeOne) {
    serve([](const auto&) { return std::string("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"); });
    const auto cut = send({.url = url_});
    ASSERT_FALSE(cut);
    EXPECT_EQ(cut.error().code, ErrorCode::Unavailable);
}

TEST_F(AnHttpClient, GivesUpAtItsDeadline) {
    serve([](const auto&) { return std::string(); });
    const auto begin = Clock::now();
    const auto late = send({.url = url_, .timeout = 30ms});
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, ErrorCode::TimedOut);
    EXPECT_GE(Clock::now() - begin, 30ms);
}

TEST_F(AnHttpClient, TakesNoMoreThanItWasToldTo) {
    serve([](const auto&) { return answer(std::string(5000, 'x')); });
    EXPECT_TRUE(send({.url = url_, .most_bytes = 5000}));
    const auto refused = send({.url = url_, .most_bytes = 4999});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::LimitsExceeded);
    EXPECT_THAT(refused.error().reason, HasSubstr("4999 bytes"));
}

TEST_F(AnHttpClient, TakesNoEndlessHead) {
    serve([](const auto&) {
        std::string head = "HTTP/1.1 200 OK\r\n";
        for (int i = 0; i < 1000; ++i) {
            head += std::format("X-{}: {}\r\n", i, std::string(90, 'x'));
        }
        return head;
    });
    const auto refused = send({.url = url_});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::LimitsExceeded);
}

TEST_F(AnHttpClient, ReadsAnAnswerAsItComes) {
    serve([](const auto&) { return std::string("HTTP/1.1 200 OK\r\n\r\ndata: 1\n\n"); });
    const auto read = [](Client& client, std::string url) -> Task<std::string> {
        auto stream = co_await client.open({.url = url});
        EXPECT_TRUE(stream) << stream.error().reason;
        EXPECT_EQ(stream->status(), 200);
        co_return co_await read_all(*stream);
    };
    EXPECT_EQ(run(read(client_, url_)), "data: 1\n\n");
}

// A reader that waits for too long loses nothing of what comes later.
TEST_F(AnHttpClient, GoesOnReadingAfterADeadline) {
    serve([](const auto&) { return std::string("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nkeep"); });
    const auto read = [](Client& client, std::string url) -> Task<Error> {
        auto stream = co_await client.open({.url = url});
        EXPECT_TRUE(stream) << stream.error().reason;
        EXPECT_EQ(*co_await stream->read(Clock::now() + 5s), "keep");
        const auto late = co_await stream->read(Clock::now() + 5ms);
        EXPECT_FALSE(late);
        const auto again = co_await stream->read(Clock::now() + 5ms);
        co_return again.error();
    };
    EXPECT_EQ(run(read(client_, url_)).code, ErrorCode::TimedOut);
}

// Whoever does not read makes the sender wait, and gets everything in the end.
TEST_F(AnHttpClient, HoldsLittleOfWhatNobodyReads) {
    constexpr std::size_t size = 64UL << 20;
    TcpServer& server = serve([](const auto&) { return answer(std::string(size, 'x')); });
    const auto read = [](Client& client, std::string url, TcpServer& sender) -> Task<std::size_t> {
        auto stream = co_await client.open({.url = url});
        EXPECT_TRUE(stream) << stream.error().reason;
        std::size_t written = 0;
        do {  // until it has stopped to write
            written = sender.written;
            co_await wait_for(20ms);
        } while (sender.written != written || written == 0);
        EXPECT_LT(written, size / 2);
        co_return (co_await read_all(*stream)).size();
    };
    EXPECT_EQ(run(read(client_, url_, server)), size);
}

TEST_F(AnHttpClient, ClosesTheConnectionOfAStreamThatIsDropped) {
    serve([](const auto&) { return std::string("HTTP/1.1 200 OK\r\n\r\nkeep"); });
    const auto drop = [](Client& client, std::string url) -> Task<bool> {
        co_return (co_await client.open({.url = url})).has_value();
    };
    EXPECT_TRUE(run(drop(client_, url_)));
    while (server_->closed == 0) {
        loop_.run_one();
    }
}

TEST_F(AnHttpClient, HasManyExchangesUnderWayAtOnce) {
    TcpServer& server = serve([](const auto& head) { return answer(head.substr(5, 3)); });
    std::vector<std::string> bodies;
    for (int i = 100; i < 200; ++i) {
        asio::co_spawn(
            loop_,
            [](Client& client, std::string url) -> Task<std::string> {
                auto response = co_await client.send({.url = url});
                co_return response ? response->body : response.error().reason;
            }(client_, std::format("http://127.0.0.1:{}/{}", server.endpoint().port(), i)),
            [&](const std::exception_ptr&, std::string body) { bodies.push_back(std::move(body)); });
    }
    while (bodies.size() < 100) {
        loop_.run_one();
    }
    std::ranges::sort(bodies);
    for (int i = 100; i < 200; ++i) {
        EXPECT_EQ(bodies[std::size_t(i - 100)], std::to_string(i));
    }
}

TEST(Endpoints, AreOnTheLoopbackAddressOrNotUsed) {
    EXPECT_EQ(loopback_origin("http://127.0.0.1:80/mcp"), "http://127.0.0.1:80");
    EXPECT_EQ(loopback_origin("http://[::1]:80"), "http://[::1]:80");
    for (const char* url : {"", "http://127.0.0.1", "http://127.0.0.1:80@evil/", "http://10.0.0.1:80/",
                            "file:///etc/passwd", "http://127.0.0.1:80?x", "https://127.0.0.1:80/"}) {
        EXPECT_EQ(loopback_origin(url), "") << url;
    }
}

}  // namespace
}  // namespace mcpctl::http
