#include <boost/asio/as_tuple.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <format>
#include <utility>

#include "http-bridge/streams.hpp"

namespace mcpctl::http_bridge {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
constexpr auto tuple = asio::as_tuple(asio::use_awaitable);

template <class Stream>
using WebSocket = websocket::stream<Stream>;
constexpr std::size_t most_message_bytes = 4096;

// Shared by who writes and who reads.
template <class Stream>
struct Joined {
    WebSocket<Stream> socket;
    std::shared_ptr<EventSource> source;
    bool client_left = false;
    Condition reader_left = {};
};

// Pings, pongs and the close of the client are handled while a read is under way. It sends nothing that we want.
template <class Stream>
Task<void> read_client(std::shared_ptr<Joined<Stream>> joined) {
    beast::flat_buffer buffer(most_message_bytes);
    bool open = true;
    while (open) {
        const auto [error, bytes] = co_await joined->socket.async_read(buffer, tuple);
        buffer.clear();
        open = !error;
    }
    joined->client_left = true;
    joined->source->wake();
    joined->reader_left.notify();
}

websocket::close_reason reason_of(StreamEnd end) {
    switch (end) {
        case StreamEnd::finished:
            return {websocket::close_code::normal, "nothing more will come"};
        case StreamEnd::agent_left:
            return {websocket::close_code::service_restart, "the agent left; come back"};
        case StreamEnd::bridge_leaves:
            return {websocket::close_code::going_away, "the bridge leaves; come back"};
        case StreamEnd::token_is_void:
            return {websocket::close_code::policy_error, "the token does not count any more"};
    }
    std::unreachable();
}

template <class Stream>
void prepare(WebSocket<Stream>& socket, const HttpRequest& upgrade) {
    // A ping after half of the idle time; a client that answers nothing, or takes nothing, is given up after the other.
    socket.set_option(websocket::stream_base::timeout{.handshake_timeout = stalled_client_deadline,
                                                      .idle_timeout = stalled_client_deadline,
                                                      .keep_alive_pings = true});
    socket.read_message_max(most_message_bytes);
    socket.text(true);
    // Never the one that carries the token.
    const bool offered = http::token_list(upgrade[http::field::sec_websocket_protocol]).exists(websocket_protocol);
    socket.set_option(websocket::stream_base::decorator([offered](websocket::response_type& response) {
        response.set(http::field::server, "mcpctl");
        if (offered) {
            response.set(http::field::sec_websocket_protocol, websocket_protocol);
        }
    }));
}

std::string message_of(const StreamEvent& event) {
    return event.name.empty() ? event.data : std::format(R"({{"event":"{}","data":{}}})", event.name, event.data);
}

template <class Stream>
Task<void> deliver(std::shared_ptr<Joined<Stream>> joined) {
    while (!joined->client_left) {
        const auto events = co_await joined->source->next(Clock::now() + keep_alive_interval);
        for (const StreamEvent& event : events) {
            const std::string message = message_of(event);
            const auto [error, bytes] = co_await joined->socket.async_write(asio::buffer(message), tuple);
            if (error) {
                co_return;
            }
        }
        if (const auto end = joined->source->end(); events.empty() && end && !joined->client_left) {
            co_await joined->socket.async_close(reason_of(*end), tuple);
            co_return;
        }
    }
}

}  // namespace

template <class Stream>
Task<void> serve_websocket(Stream stream, HttpRequest upgrade, std::shared_ptr<EventSource> source) {
    lowest(stream).expires_never();  // it has deadlines of its own
    const auto joined = std::make_shared<Joined<Stream>>(WebSocket<Stream>(std::move(stream)), std::move(source));
    prepare(joined->socket, upgrade);
    const auto [error] = co_await joined->socket.async_accept(upgrade, tuple);
    if (error) {
        co_return;
    }
    spawn_detached(co_await asio::this_coro::executor, "reading from a WebSocket", read_client(joined));
    co_await deliver(joined);
    // Ends the reader, who is waited for: when the bridge leaves, nothing of a stream may outlive what it is made of.
    beast::error_code ignored;
    lowest(joined->socket).socket().shutdown(Socket::shutdown_both, ignored);
    lowest(joined->socket).close();
    while (!joined->client_left) {
        co_await joined->reader_left.wait_until(Clock::time_point::max());
    }
}

template Task<void> serve_websocket(PlainStream, HttpRequest, std::shared_ptr<EventSource>);
template Task<void> serve_websocket(TlsStream, HttpRequest, std::shared_ptr<EventSource>);

}  // namespace mcpctl::http_bridge
