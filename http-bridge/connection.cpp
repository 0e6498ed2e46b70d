#include "http-bridge/connection.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <format>
#include <optional>

#include "http-bridge/problem.hpp"
#include "http-bridge/streams.hpp"

namespace mcpctl::http_bridge {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
constexpr auto tuple = asio::as_tuple(asio::use_awaitable);

using Parser = http::request_parser<http::string_body>;
using Fields = http::request_header<>;

std::vector<std::string> all_of(const Fields& fields, http::field name) {
    std::vector<std::string> values;
    const auto [first, last] = fields.equal_range(name);
    for (auto each = first; each != last; ++each) {
        values.emplace_back(each->value());
    }
    return values;
}

// Only of an upgrade: they may carry the token.
std::vector<std::string> offered_protocols(const Fields& fields) {
    std::vector<std::string> protocols;
    if (http::token_list(fields[http::field::upgrade]).exists("websocket")) {
        for (const auto& protocol : http::token_list(fields[http::field::sec_websocket_protocol])) {
            protocols.emplace_back(protocol);
        }
    }
    return protocols;
}

Head head_from(const Fields& fields) {
    return {.method = std::string(fields.method_string()),
            .target = std::string(fields.target()),
            .hosts = all_of(fields, http::field::host),
            .origins = all_of(fields, http::field::origin),
            .authorizations = all_of(fields, http::field::authorization),
            .prefer = std::string(fields[http::field::prefer]),
            .content_type = std::string(fields[http::field::content_type]),
            .content_encoding = std::string(fields[http::field::content_encoding]),
            .last_event_id = std::string(fields["Last-Event-ID"]),
            .protocols = offered_protocols(fields),
            .has_transfer_encoding = fields.count(http::field::transfer_encoding) > 0};
}

// Nothing where nobody is there any more to read it.
std::optional<Response> refusal_of(const beast::error_code& error) {
    const auto refused = [](unsigned status, ErrorCode code, std::string reason) {
        return problem(status, {code, std::move(reason)});
    };
    if (error == http::error::header_limit) {
        return refused(431, ErrorCode::LimitsExceeded, std::format("a header has at most {} bytes", most_header_bytes));
    }
    if (error == http::error::body_limit) {
        return refused(413, ErrorCode::LimitsExceeded, std::format("a body has at most {} bytes", most_body_bytes));
    }
    if (error == http::error::end_of_stream || error == http::error::partial_message ||
        error.category() != http::make_error_code(http::error::end_of_stream).category()) {
        return std::nullopt;
    }
    return refused(400, ErrorCode::InvalidArgument, "it is no request of HTTP/1.1: " + error.message());
}

template <class Stream>
Task<bool> send(Stream& stream, Response response, bool keep_alive) {
    http::response<http::string_body> message(http::int_to_status(response.status), 11);
    message.set(http::field::content_type, response.content_type);
    message.set(http::field::cache_control, "no-store");
    message.set("X-Content-Type-Options", "nosniff");
    for (const auto& [name, value] : response.headers) {
        message.set(name, value);
    }
    message.keep_alive(keep_alive);
    message.body() = std::move(response.body);
    message.prepare_payload();
    lowest(stream).expires_after(write_deadline);
    const auto [error, bytes] = co_await http::async_write(stream, message, tuple);
    co_return !error && keep_alive;
}

struct CountedStream {
    explicit CountedStream(Telemetry& of) : telemetry(of) { telemetry.streams_changed(1); }
    CountedStream(const CountedStream&) = delete;
    CountedStream& operator=(const CountedStream&) = delete;
    ~CountedStream() { telemetry.streams_changed(-1); }
    Telemetry& telemetry;
};

template <class Stream>
Task<void> serve_stream(Stream& stream, HttpRequest request, std::shared_ptr<EventSource> source) {
    if (beast::websocket::is_upgrade(request)) {
        co_await serve_websocket(std::move(stream), std::move(request), std::move(source));
    } else {
        co_await serve_events(stream, request.version(), std::move(source));
    }
}

template <class Stream>
Task<beast::error_code> read_header(Stream& stream, beast::flat_buffer& buffer, Parser& parser, Traffic& traffic) {
    const Traffic::Silence silence(traffic, [&stream] { lowest(stream).cancel(); });
    lowest(stream).expires_after(header_deadline);
    const auto [error, bytes] = co_await http::async_read_header(stream, buffer, parser, tuple);
    co_return error;
}

// False: the connection ends.
template <class Stream>
Task<bool> serve_request(Stream& stream, beast::flat_buffer& buffer, Gateway& gateway,
                         const Configuration& configuration, const std::string& peer) {
    Parser parser;
    parser.header_limit(most_header_bytes);
    parser.body_limit(most_body_bytes);
    const auto no_header = co_await read_header(stream, buffer, parser, gateway.traffic());
    if (no_header) {
        if (auto refusal = refusal_of(no_header)) {
            co_await send(stream, *std::move(refusal), false);
        }
        co_return false;
    }
    const Traffic::Request under_way(gateway.traffic());
    Head head = head_from(parser.get().base());
    if (auto refusal = refuse_head(head, configuration)) {
        gateway.telemetry().answered(head.method, {}, refusal->status, {});
        co_await send(stream, *std::move(refusal), false);  // its body is not read, so nothing can follow
        co_return false;
    }
    lowest(stream).expires_after(body_deadline);
    const auto [no_body, body_bytes] = co_await http::async_read(stream, buffer, parser, tuple);
    if (no_body) {
        if (auto refusal = refusal_of(no_body)) {
            co_await send(stream, *std::move(refusal), false);
        }
        co_return false;
    }
    lowest(stream).expires_never();  // the agent has its own deadlines
    const bool wants_more = parser.get().keep_alive();
    Response response = co_await gateway.answer(std::move(head), std::move(parser.get().body()), peer);
    if (response.source) {
        const CountedStream counted(gateway.telemetry());
        const Traffic::Stream stream_under_way(gateway.traffic(), response.source);
        co_await serve_stream(stream, parser.release(), std::move(response.source));
        co_return false;
    }
    co_return co_await send(stream, std::move(response), wants_more && !gateway.traffic().leaving());
}

Task<bool> shake_hands(TlsStream& stream, Traffic& traffic) {
    const Traffic::Silence silence(traffic, [&stream] { lowest(stream).cancel(); });
    lowest(stream).expires_after(header_deadline);
    const auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::server, tuple);
    co_return !error;
}

template <class Stream>
Task<void> serve_requests(Stream& stream, Gateway& gateway, const Configuration& configuration, std::string peer) {
    beast::flat_buffer buffer(most_header_bytes + most_body_bytes);
    while (co_await serve_request(stream, buffer, gateway, configuration, peer)) {
    }
}

}  // namespace

Task<void> serve_connection(Socket socket, Gateway& gateway, const Configuration& configuration, std::string peer) {
    PlainStream stream(std::move(socket));
    co_await serve_requests(stream, gateway, configuration, std::move(peer));
    beast::error_code ignored;
    stream.socket().shutdown(Socket::shutdown_send, ignored);
}

Task<void> serve_tls_connection(Socket socket, TlsContexts::Context context, Gateway& gateway,
                                const Configuration& configuration, std::string peer) {
    TlsStream stream(PlainStream(std::move(socket)), *context);
    if (!co_await shake_hands(stream, gateway.traffic())) {
        gateway.telemetry().handshake_failed();
        co_return;
    }
    co_await serve_requests(stream, gateway, configuration, std::move(peer));
    if (lowest(stream).socket().is_open()) {
        lowest(stream).expires_after(goodbye_deadline);
        co_await stream.async_shutdown(tuple);
    }
}

}  // namespace mcpctl::http_bridge
