#include "ctl/mcp/sse_transport.hpp"

#include <format>
#include <utility>

#include "base/shown.hpp"
#include "http/request.hpp"

namespace mcpctl::ctl {

SseTransport::SseTransport(std::string url)
    : url_(std::move(url)), stream_("GET", url_, {{"Accept", "text/event-stream"}}, {}) {}

Result<mcp::Message> SseTransport::exchange(const mcp::Agreement&, const mcp::Outgoing& message, const mcp::Headers&,
                                            const Patience& patience) {
    if (auto sent = find_endpoint(patience).and_then([&] { return post(message.text, patience); }); !sent) {
        return std::unexpected(std::move(sent.error()));
    }
    while (message.id != 0) {
        auto event = next_event(patience);
        if (!event) {
            return event.error().code == ErrorCode::TimedOut ? Result<mcp::Message>(no_answer(message))
                                                             : std::unexpected(std::move(event.error()));
        }
        mcp::Message received = mcp::parse_message(event->data);
        if (received.answers(message.id)) {
            return received;
        }
        if (received.kind == mcp::Message::Kind::request) {
            if (auto refused = post(mcp::refusal_of(received.id), patience); !refused) {
                return std::unexpected(std::move(refused.error()));
            }
        }
    }
    return mcp::Message{};
}

// The server names it; it must be at the same origin, or any server could make us post anywhere on this machine.
Result<void> SseTransport::find_endpoint(const Patience& patience) {
    while (endpoint_.empty()) {
        const auto event = next_event(patience);
        if (!event) {
            return std::unexpected(event.error());
        }
        if (event->type != "endpoint") {
            continue;
        }
        const std::string_view origin = http::loopback_origin(url_);
        const std::string full = event->data.starts_with('/') ? std::format("{}{}", origin, event->data) : event->data;
        if (http::loopback_origin(full) != origin) {
            return fail(ErrorCode::NotSupported,
                        std::format("the server names an endpoint elsewhere: {}", shown(event->data)));
        }
        endpoint_ = full;
    }
    return {};
}

Result<void> SseTransport::post(const std::string& text, const Patience& patience) {
    HttpRequest request("POST", endpoint_, {{"Content-Type", "application/json"}}, text);
    Result<bool> more = true;
    while ((more = request.wait(patience)).value_or(false)) {
        (void)request.take_body();
    }
    if (!more) {
        return std::unexpected(std::move(more.error()));
    }
    return request.status() / 100 == 2
               ? Result<void>()
               : fail(ErrorCode::NotSupported,
                      std::format("the server refused a message with HTTP status {}", request.status()));
}

Result<mcp::Event> SseTransport::next_event(const Patience& patience) {
    while (events_.empty()) {
        const auto more = stream_.wait(patience);
        if (!more) {
            return std::unexpected(more.error());
        }
        auto fed = parser_.feed(stream_.take_body(), [&](mcp::Event event) { events_.push_back(std::move(event)); });
        if (!fed) {
            return std::unexpected(std::move(fed.error()));
        }
        if (!*more && events_.empty()) {
            return fail(ErrorCode::Unavailable,
                        std::format("the server ended its stream, HTTP status {}", stream_.status()));
        }
    }
    mcp::Event event = std::move(events_.front());
    events_.pop_front();
    return event;
}

}  // namespace mcpctl::ctl
