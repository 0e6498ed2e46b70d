#include "agent/probe/http_check.hpp"

#include <algorithm>
#include <utility>

#include "mcp/http_headers.hpp"

namespace mcpctl {
namespace {

using Kind = mcp::Message::Kind;

// The end of a session must not keep anybody waiting.
constexpr std::chrono::seconds end_patience{2};
constexpr std::size_t longest_session_id = 1024;
// Behind those of the handshake.
constexpr std::int64_t ping_request = 100;

bool only_asked_in_vain(const Error& error) {
    return error.code == ErrorCode::TimedOut || error.code == ErrorCode::NotSupported;
}

// As the specification wants it: visible ASCII.
bool is_session_id(std::string_view text) {
    return !text.empty() && text.size() <= longest_session_id &&
           std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

}  // namespace

struct HttpCheck::Answer {
    std::int64_t request;
    bool is_events;
    std::optional<mcp::Message> found = {};
    std::string body = {};
    mcp::EventStream events{most_check_bytes};

    // An error without an id is about the request, which the server could not read that far.
    void take(mcp::Message message) {
        if (message.answers(request) || (message.kind == Kind::error && message.id.is_null())) {
            found = std::move(message);
        }
    }
    Result<void> feed(const std::string& bytes) {
        if (is_events) {
            return events.feed(bytes, [this](const mcp::Event& event) { take(mcp::parse_message(event.data)); });
        }
        body += bytes;
        return {};
    }
};

Task<Result<mcp::Agreement>> HttpCheck::run() {
    auto agreed = co_await shake_hands();
    if (agreed && agreed->generation == mcp::Generation::legacy) {
        // It may not know ping. Whatever it says, it answers.
        const mcp::Outgoing ping = mcp::request(*agreed, ping_request, "ping", {});
        const auto answer = co_await exchange(*agreed, ping, left_.deadline);
        if (!answer) {
            co_return std::unexpected(answer.error());
        }
    }
    co_return agreed;
}

// Where nothing is known of the server, a discovery that is not answered leaves some time for the other generation.
// Where that is refused, the server is modern, and what became of the discovery is the reason.
Task<Result<mcp::Agreement>> HttpCheck::shake_hands() {
    const bool legacy = target_.generation == McpGeneration::legacy;
    mcp::Handshake handshake(legacy ? mcp::Generation::legacy : mcp::Generation::modern);
    std::optional<Error> not_discovered;
    while (const auto message = handshake.next()) {
        const bool probing = handshake.is_probing() && target_.generation == McpGeneration::unknown;
        const auto deadline = probing ? Clock::now() + left_.time() * 4 / 5 : left_.deadline;
        const auto answer = co_await exchange(handshake.agreement(), *message, deadline);
        if (answer) {
            handshake.answered(*answer);
        } else if (handshake.is_probing() && only_asked_in_vain(answer.error()) && Clock::now() < left_.deadline) {
            not_discovered = answer.error();
            handshake.unanswered();
        } else {
            co_return std::unexpected(answer.error());
        }
    }
    const auto outcome = handshake.outcome();
    if (!outcome && not_discovered) {
        asked_ = "server/discover";
        co_return std::unexpected(*std::move(not_discovered));
    }
    co_return outcome;
}

Task<Result<mcp::Message>> HttpCheck::exchange(mcp::Agreement agreement, mcp::Outgoing message,
                                               Clock::time_point deadline) {
    asked_ = message.method;
    // Closed behind each answer: a server that drains would wait for an idle connection to end.
    auto stream = co_await client_.open({.method = "POST",
                                         .url = target_.endpoint,
                                         .headers = mcp::headers_for(agreement, message, session_),
                                         .body = message.text,
                                         .timeout = deadline - Clock::now(),
                                         .most_bytes = left_.bytes,
                                         .keep_connection = false});
    if (!stream) {
        co_return std::unexpected(stream.error());
    }
    if (message.method == "initialize") {
        keep_session(stream->headers(), agreement.version);
    }
    Answer answer{message.id, http::header(stream->headers(), "Content-Type").starts_with("text/event-stream")};
    if (const auto received = co_await read(*stream, answer, deadline); !received) {
        co_return std::unexpected(received.error());
    }
    if (answer.found) {
        co_return *std::move(answer.found);
    }
    if (message.id == 0 && stream->status() / 100 == 2) {
        co_return mcp::Message{};
    }
    co_return std::unexpected(refusal(stream->headers(), stream->status(), message.method));
}

// Until the answer is there or nothing more comes: a stream may stay open behind it.
Task<Result<void>> HttpCheck::read(http::Stream& stream, Answer& answer, Clock::time_point deadline) {
    while (!answer.found) {
        const auto piece = co_await stream.read(deadline);
        if (!piece) {
            co_return std::unexpected(piece.error());
        }
        if (piece->empty()) {
            break;
        }
        if (const auto taken = left_.spend(piece->size()).and_then([&] { return answer.feed(*piece); }); !taken) {
            co_return taken;
        }
    }
    if (!answer.found && !answer.body.empty()) {
        answer.take(mcp::parse_message(answer.body));
    }
    co_return Result<void>();
}

void HttpCheck::keep_session(const http::Headers& headers, const std::string& version) {
    const std::string_view session = http::header(headers, "Mcp-Session-Id");
    if (is_session_id(session)) {
        session_ = session;
        version_ = version;
    }
}

std::optional<http::Request> HttpCheck::end_of_session() const {
    if (session_.empty()) {
        return std::nullopt;
    }
    return http::Request{.method = "DELETE",
                         .url = target_.endpoint,
                         .headers = {{"Mcp-Session-Id", session_}, {"MCP-Protocol-Version", version_}},
                         .timeout = end_patience,
                         .keep_connection = false};
}

}  // namespace mcpctl
