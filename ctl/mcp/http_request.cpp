#include "ctl/mcp/http_request.hpp"

#include <format>
#include <utility>

#include "http/easy.hpp"

namespace mcpctl::ctl {
namespace {

using http::curl;

std::size_t append_body(char* bytes, std::size_t, std::size_t count, void* body) {
    static_cast<std::string*>(body)->append(bytes, count);
    return count;
}

}  // namespace

struct HttpRequest::State {
    http::Easy easy;
    CURLM* multi = http::made(curl().multi_init());
    std::string received;
    bool done = false;
    CURLcode result = CURLE_OK;

    explicit State(http::Request request) : easy(std::move(request)) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
        curl().multi_remove_handle(multi, easy.get());
        curl().multi_cleanup(multi);
    }

    void progress() {
        int running = 0;
        curl().multi_perform(multi, &running);
        int left = 0;
        while (const CURLMsg* message = curl().multi_info_read(multi, &left)) {
            done = true;
            result = message->data.result;
        }
    }
};

HttpRequest::HttpRequest(const std::string& method, const std::string& url, const mcp::Headers& headers,
                         std::string body)
    : HttpRequest(http::Request{.method = method, .url = url, .headers = headers, .body = std::move(body)}) {}

HttpRequest::HttpRequest(http::Request request) : state_(std::make_unique<State>(std::move(request))) {
    state_->easy.set(CURLOPT_WRITEFUNCTION, &append_body);
    state_->easy.set(CURLOPT_WRITEDATA, &state_->received);
    curl().multi_add_handle(state_->multi, state_->easy.get());
}

HttpRequest::~HttpRequest() = default;

Result<bool> HttpRequest::wait(const Patience& patience) {
    State& state = *state_;
    if (const auto allowed = http::check_target(state.easy.request()); !allowed) {
        return std::unexpected(allowed.error());
    }
    while (true) {
        state.progress();
        if (state.done && state.result != CURLE_OK) {
            return std::unexpected(http::transfer_error(state.easy.request(), state.result));
        }
        if (state.done || !state.received.empty()) {
            return !state.done;
        }
        const int left = patience.milliseconds_left();
        if (left == 0) {
            return fail(ErrorCode::TimedOut, std::format("{} did not answer in time", state.easy.request().url));
        }
        curl_waitfd interrupt{patience.interrupt_fd, CURL_WAIT_POLLIN, 0};
        curl().multi_poll(state.multi, &interrupt, patience.interrupt_fd < 0 ? 0 : 1, left, nullptr);
        if (interrupt.revents != 0) {
            return interrupted();
        }
    }
}

std::string HttpRequest::take_body() {
    return std::exchange(state_->received, {});
}

int HttpRequest::status() const {
    return state_->easy.status();
}

bool HttpRequest::is_event_stream() const {
    return header("Content-Type").starts_with("text/event-stream");
}

std::string HttpRequest::header(const char* name) const {
    return state_->easy.header(name);
}

}  // namespace mcpctl::ctl
