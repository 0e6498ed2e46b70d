#include "ctl/mcp/http_transport.hpp"

#include <format>
#include <utility>
#include <vector>

#include "ctl/mcp/http_request.hpp"
#include "mcp/event_stream.hpp"

namespace mcpctl::ctl {
namespace {

using Kind = mcp::Message::Kind;

// For what only ends or refuses something, and must not keep anybody waiting.
constexpr std::chrono::seconds short_while{2};

}  // namespace

struct HttpTransport::Answer {
    const mcp::Agreement& agreement;
    const mcp::Outgoing& message;
    mcp::EventStream events{max_message_bytes};
    std::string body;
    std::optional<mcp::Message> found;
    std::vector<mcp::Json> asked;  // ids of requests of the server

    void take(mcp::Message one) {
        // An error without an id is about the request, which the server could not read that far.
        if (one.answers(message.id) || (one.kind == Kind::error && one.id.is_null())) {
            found = std::move(one);
        } else if (one.kind == Kind::request) {
            asked.push_back(std::move(one.id));
        }
    }
};

HttpTransport::~HttpTransport() {
    if (!session_.empty()) {
        HttpRequest end("DELETE", endpoint_, {{"Mcp-Session-Id", session_}, {"MCP-Protocol-Version", version_}}, {});
        const Patience patience{SteadyClock::now() + short_while};
        while (end.wait(patience).value_or(false)) {  // a server may refuse it
            (void)end.take_body();
        }
    }
}

Result<mcp::Message> HttpTransport::exchange(const mcp::Agreement& agreement, const mcp::Outgoing& message,
                                             const mcp::Headers& parameters, const Patience& patience) {
    auto headers = mcp::headers_for(agreement, message, session_);
    headers.insert(headers.end(), parameters.begin(), parameters.end());
    HttpRequest post("POST", endpoint_, headers, message.text);
    Answer answer{agreement, message, mcp::EventStream(max_message_bytes), {}, {}, {}};
    if (auto read_it = read(post, answer, patience); !read_it) {
        return read_it.error().code == ErrorCode::TimedOut ? Result<mcp::Message>(no_answer(message))
                                                           : std::unexpected(std::move(read_it.error()));
    }
    if (message.method == "initialize" && post.status() == 200) {
        session_ = post.header("Mcp-Session-Id");
        version_ = agreement.version;
    }
    if (!answer.found && !answer.body.empty()) {
        answer.take(mcp::parse_message(answer.body));
    }
    if (answer.found) {
        return std::move(*answer.found);
    }
    if (message.id == 0 && post.status() / 100 == 2) {
        return mcp::Message{};
    }
    return fail(ErrorCode::NotSupported,
                std::format("the server answered {} with HTTP status {}{}", message.method, post.status(),
                            post.status() == 200 ? ", but without a message" : ""));
}

// Until the answer has been found, or nothing more comes.
Result<void> HttpTransport::read(HttpRequest& post, Answer& answer, const Patience& patience) {
    for (bool more = true; more && !answer.found;) {
        const auto waited = post.wait(patience);
        if (!waited) {
            return std::unexpected(waited.error());
        }
        more = *waited;
        const std::string bytes = post.take_body();
        if (!post.is_event_stream()) {
            answer.body += bytes;
            if (answer.body.size() > max_message_bytes) {
                return too_large();
            }
            continue;
        }
        auto fed =
            answer.events.feed(bytes, [&](const mcp::Event& event) { answer.take(mcp::parse_message(event.data)); })
                .and_then([&] { return refuse(answer, patience); });
        answer.asked.clear();
        if (!fed) {
            return fed;
        }
    }
    return {};
}

Result<void> HttpTransport::refuse(const Answer& answer, const Patience& patience) {
    for (const mcp::Json& id : answer.asked) {
        const mcp::Outgoing refusal{mcp::refusal_of(id), 0, "response"};
        HttpRequest post("POST", endpoint_, mcp::headers_for(answer.agreement, refusal, session_), refusal.text);
        Result<bool> more = true;
        while ((more = post.wait(patience.at_most(short_while))).value_or(false)) {
            (void)post.take_body();
        }
        if (!more) {
            return std::unexpected(std::move(more.error()));
        }
    }
    return {};
}

}  // namespace mcpctl::ctl
