// Server-Sent Events.
#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http.hpp>
#include <utility>

#include "http-bridge/streams.hpp"

namespace mcpctl::http_bridge {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
constexpr auto tuple = asio::as_tuple(asio::use_awaitable);

// Shared with who watches for the client's end, who may outlive the stream by a turn.
struct Connected {
    std::shared_ptr<EventSource> source;
    bool over = false;  // the stream is not there any more
    bool client_left = false;
};

// What a client sends behind its request is of no interest here; its end is, since an idle stream writes seldom.
Task<void> watch_client(Socket& socket, bool tls, std::shared_ptr<Connected> connected) {
    const auto [error] = co_await socket.async_wait(Socket::wait_read, tuple);
    if (connected->over) {
        co_return;
    }
    char byte = 0;
    // In TLS the end is announced, by something that looks like any other record.
    if (error || tls || ::recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) <= 0) {
        connected->client_left = true;
        connected->source->wake();
    }
}

template <class Stream>
class Writer {
  public:
    Writer(Stream& stream, unsigned version) : stream_(stream), chunked_(version >= 11) {}

    Task<bool> header() {
        http::response<http::empty_body> message(http::status::ok, chunked_ ? 11 : 10);
        message.set(http::field::content_type, "text/event-stream");
        message.set(http::field::cache_control, "no-store");
        message.set("X-Content-Type-Options", "nosniff");
        message.set("X-Accel-Buffering", "no");
        message.keep_alive(false);
        message.chunked(chunked_);
        http::response_serializer<http::empty_body> serializer(message);
        lowest(stream_).expires_after(stalled_client_deadline);
        const auto [error, bytes] = co_await http::async_write_header(stream_, serializer, tuple);
        lowest(stream_).expires_never();
        co_return !error;
    }

    Task<bool> write(const std::string& text) {
        lowest(stream_).expires_after(stalled_client_deadline);
        bool well = false;
        if (chunked_) {
            const auto [error, bytes] =
                co_await asio::async_write(stream_, http::make_chunk(asio::buffer(text)), tuple);
            well = !error;
        } else {
            const auto [error, bytes] = co_await asio::async_write(stream_, asio::buffer(text), tuple);
            well = !error;
        }
        lowest(stream_).expires_never();
        co_return well;
    }

    Task<void> end() {
        if (chunked_) {
            lowest(stream_).expires_after(stalled_client_deadline);
            co_await asio::async_write(stream_, http::make_chunk_last(), tuple);
        }
    }

  private:
    Stream& stream_;
    bool chunked_;
};

void append(std::string& text, const StreamEvent& event) {
    if (!event.name.empty()) {
        text.append("event: ").append(event.name).append("\n");
    }
    if (!event.id.empty()) {
        text.append("id: ").append(event.id).append("\n");
    }
    text.append("data: ").append(event.data).append("\n\n");
}

std::string last_words(StreamEnd end) {
    switch (end) {
        case StreamEnd::finished:
            return "event: end\ndata: {\"reason\":\"nothing more will come\"}\n\n";
        case StreamEnd::agent_left:
            return ": the agent left; come back\n\n";
        case StreamEnd::bridge_leaves:
            return ": the bridge leaves; come back\n\n";
        case StreamEnd::token_is_void:
            return "event: end\ndata: {\"reason\":\"the token does not count any more\"}\n\n";
    }
    std::unreachable();
}

template <class Stream>
Task<void> deliver(Writer<Stream> writer, std::shared_ptr<Connected> connected) {
    bool well = co_await writer.header();
    if (well) {
        well = co_await writer.write("retry: 2000\n\n");  // the header alone would wait in some proxies
    }
    while (well && !connected->client_left) {
        const auto events = co_await connected->source->next(Clock::now() + keep_alive_interval);
        if (connected->client_left) {
            co_return;
        }
        if (const auto end = connected->source->end(); events.empty() && end) {
            if (co_await writer.write(last_words(*end))) {
                co_await writer.end();
            }
            co_return;
        }
        std::string text = events.empty() ? ": still here\n\n" : "";
        for (const StreamEvent& event : events) {
            append(text, event);
        }
        well = co_await writer.write(text);
    }
}

}  // namespace

template <class Stream>
Task<void> serve_events(Stream& stream, unsigned version, std::shared_ptr<EventSource> source) {
    const auto connected = std::make_shared<Connected>(std::move(source));
    spawn_detached(co_await asio::this_coro::executor, "watching a stream's client",
                   watch_client(lowest(stream).socket(), is_tls<Stream>, connected));
    co_await deliver(Writer(stream, version), connected);
    connected->over = true;
    beast::error_code ignored;
    lowest(stream).socket().cancel(ignored);
}

template Task<void> serve_events(PlainStream&, unsigned, std::shared_ptr<EventSource>);
template Task<void> serve_events(TlsStream&, unsigned, std::shared_ptr<EventSource>);

}  // namespace mcpctl::http_bridge
