#include "agent/probe/sse_check.hpp"

#include <format>
#include <utility>

#include "base/shown.hpp"

namespace mcpctl {
namespace {

constexpr std::int64_t ping_request = 100;

// "http://127.0.0.1:26270" of "http://127.0.0.1:26270/sse".
std::string_view origin_of(std::string_view url) {
    constexpr std::string_view scheme = "http://";
    return url.substr(0, url.find('/', scheme.size()));
}

}  // namespace

Task<Result<mcp::Agreement>> SseCheck::run() {
    asked_ = "for its stream";
    auto stream = co_await client_.open({.url = target_.endpoint,
                                         .headers = {{"Accept", "text/event-stream"}},
                                         .timeout = left_.time(),
                                         .most_bytes = left_.bytes});
    if (!stream) {
        co_return std::unexpected(stream.error());
    }
    if (stream->status() != 200) {
        co_return std::unexpected(refusal(stream->headers(), stream->status(), "GET"));
    }
    if (const auto found = co_await find_endpoint(*stream); !found) {
        co_return std::unexpected(found.error());
    }
    mcp::Handshake handshake(mcp::Generation::legacy);
    while (auto message = handshake.next()) {
        const auto answer = co_await exchange(*stream, *std::move(message));
        if (!answer) {
            co_return std::unexpected(answer.error());
        }
        handshake.answered(*answer);
    }
    auto agreed = handshake.outcome();
    if (!agreed) {
        co_return agreed;
    }
    const auto answer = co_await exchange(*stream, mcp::request(*agreed, ping_request, "ping", {}));
    if (!answer) {
        co_return std::unexpected(answer.error());
    }
    co_return agreed;
}

// It must be at the same origin, or any server could make us post anywhere on this machine.
Task<Result<void>> SseCheck::find_endpoint(http::Stream& stream) {
    while (true) {
        const auto event = co_await next_event(stream);
        if (!event) {
            co_return std::unexpected(event.error());
        }
        if (event->type != "endpoint") {
            continue;
        }
        const std::string_view origin = origin_of(target_.endpoint);
        endpoint_ = event->data.starts_with('/') ? std::format("{}{}", origin, event->data) : event->data;
        if (origin_of(endpoint_) != origin) {
            co_return fail(ErrorCode::NotSupported,
                           std::format("the server names an endpoint elsewhere: {}", shown(event->data)));
        }
        co_return Result<void>();
    }
}

Task<Result<mcp::Message>> SseCheck::exchange(http::Stream& stream, mcp::Outgoing message) {
    asked_ = message.method;
    if (const auto sent = co_await post(message); !sent) {
        co_return std::unexpected(sent.error());
    }
    while (message.id != 0) {
        const auto event = co_await next_event(stream);
        if (!event) {
            co_return std::unexpected(event.error());
        }
        if (mcp::Message received = mcp::parse_message(event->data); received.answers(message.id)) {
            co_return received;
        }
    }
    co_return mcp::Message{};
}

Task<Result<void>> SseCheck::post(mcp::Outgoing message) {
    const auto response = co_await client_.send({.method = "POST",
                                                 .url = endpoint_,
                                                 .headers = {{"Content-Type", "application/json"}},
                                                 .body = message.text,
                                                 .timeout = left_.time(),
                                                 .most_bytes = left_.bytes,
                                                 .keep_connection = false});
    if (!response) {
        co_return std::unexpected(response.error());
    }
    if (response->status / 100 != 2) {
        co_return std::unexpected(refusal(response->headers, response->status, message.method));
    }
    co_return left_.spend(response->body.size());
}

Task<Result<mcp::Event>> SseCheck::next_event(http::Stream& stream) {
    while (events_.empty()) {
        const auto piece = co_await stream.read(left_.deadline);
        if (!piece) {
            co_return std::unexpected(piece.error());
        }
        if (piece->empty()) {
            co_return fail(ErrorCode::NotSupported, "the server ended its stream of events");
        }
        const auto fed = left_.spend(piece->size()).and_then([&] {
            return parser_.feed(*piece, [this](mcp::Event event) { events_.push_back(std::move(event)); });
        });
        if (!fed) {
            co_return std::unexpected(fed.error());
        }
    }
    mcp::Event event = std::move(events_.front());
    events_.pop_front();
    co_return event;
}

}  // namespace mcpctl
