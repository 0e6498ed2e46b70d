// FarClient: what instances have written.
#include <format>
#include <utility>

#include "ctl/far/far_client.hpp"
#include "ctl/far/far_follow.hpp"
#include "ctl/far/from_json.hpp"
#include "ctl/far/refusal.hpp"
#include "ctl/output/time_text.hpp"

namespace mcpctl::ctl::far {
namespace {

constexpr std::chrono::seconds answer_deadline{25};
constexpr int switching_protocols = 101;
constexpr int ok = 200;

class Query {
  public:
    void add(std::string_view key, const std::string& value) {
        if (!value.empty()) {
            text_ += std::format("{}{}={}", text_.empty() ? '?' : '&', key, percent_encoded(value));
        }
    }
    [[nodiscard]] const std::string& text() const { return text_; }

  private:
    std::string text_;
};

Query query_of(const LogOptions& options) {
    Query query;
    query.add("tail", options.tail ? std::to_string(*options.tail) : "");
    query.add("cursor", options.cursor);
    query.add("since", options.since);
    query.add("level", options.level);
    query.add("grep", options.grep);
    return query;
}

}  // namespace

Result<LogPage> FarClient::log_page(const std::string& id, const LogOptions& options) {
    Query query = query_of(options);
    query.add("until", options.until);
    return read(std::format("/api/instances/{}/logs{}", percent_encoded(id), query.text())).and_then(page_from);
}

Result<LogPage> FarClient::logs(const InstanceInfo& instance, const LogOptions& options) {
    return log_page(instance.id, options);
}

Result<LogPage> FarClient::logs_of_removed(const std::string& id, const LogOptions& options) {
    return log_page(id, options);
}

Result<std::unique_ptr<Exchange>> FarClient::open_events(const std::string& path) {
    if (auto ready = prepare(); !ready) {
        return std::unexpected(std::move(ready.error()));
    }
    auto exchange = std::make_unique<Exchange>(connections_, *access_,
                                               Call{.path = path, .headers = {{"Accept", "text/event-stream"}}});
    const auto deadline = SteadyClock::now() + answer_deadline;
    const auto step = exchange->wait_for_head(deadline, interrupt_fd_);
    if (!step) {
        return std::unexpected(note(step.error()));
    }
    if (*step == Exchange::Step::interrupted) {
        return std::unexpected(note({ErrorCode::Canceled, "interrupted"}));
    }
    if (*step == Exchange::Step::more && exchange->status() == ok &&
        exchange->header("Content-Type").starts_with("text/event-stream")) {
        return exchange;
    }
    return whole_answer(*exchange, deadline, interrupt_fd_)
        .transform_error([this](Error error) { return note(std::move(error)); })
        .and_then([this](const Answer& answer) -> Result<std::unique_ptr<Exchange>> {
            return std::unexpected(refusal_of(answer, access_->address));
        });
}

// Whoever is refused finds out why from the answer to a plain request: libcurl keeps that of an upgrade to itself.
Result<std::unique_ptr<Exchange>> FarClient::open_websocket(const std::string& path) {
    auto exchange = std::make_unique<Exchange>(connections_, *access_, Call{.path = path}, Exchange::Kind::websocket);
    const auto step = exchange->wait_for_head(SteadyClock::now() + answer_deadline, interrupt_fd_);
    if (step && *step == Exchange::Step::interrupted) {
        return std::unexpected(note({ErrorCode::Canceled, "interrupted"}));
    }
    if (step && *step == Exchange::Step::more && exchange->status() == switching_protocols) {
        return exchange;
    }
    if (!step && !exchange->was_sent()) {
        return std::unexpected(step.error());  // nobody is there, whatever he is asked
    }
    return nullptr;
}

Result<std::unique_ptr<LogFollow>> FarClient::follow_logs(const InstanceInfo& instance, const LogOptions& options) {
    if (auto ready = prepare(); !ready) {
        return std::unexpected(std::move(ready.error()));
    }
    const std::string path =
        std::format("/api/instances/{}/logs/stream{}", percent_encoded(instance.id), query_of(options).text());
    const std::string host = access_->address.name();
    const bool try_websocket = !websockets_break_ && !ways_.prefers_events(host, now_microseconds());
    if (try_websocket) {
        auto socket = open_websocket(path);
        if (!socket) {
            return std::unexpected(std::move(socket.error()));
        }
        if (*socket) {
            ways_.remember(host, false, now_microseconds());
            return std::make_unique<FarFollow>(*std::move(socket), Exchange::Kind::websocket,
                                               [this] { websockets_break_ = true; });
        }
    }
    return open_events(path).transform([&](std::unique_ptr<Exchange> exchange) -> std::unique_ptr<LogFollow> {
        if (try_websocket || std::exchange(websockets_break_, false)) {
            ways_.remember(host, true, now_microseconds());
        }
        return std::make_unique<FarFollow>(std::move(exchange), Exchange::Kind::request, [] {});
    });
}

}  // namespace mcpctl::ctl::far
