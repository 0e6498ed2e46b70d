#include "ctl/far/exchange.hpp"

#include <poll.h>

#include <algorithm>
#include <format>
#include <limits>

namespace mcpctl::ctl::far {
namespace {

using http::curl;

// Everything that the other end controls has a limit. A page of 10 000 long lines fits.
constexpr std::size_t most_bytes = std::size_t{64} << 20;
constexpr long connect_seconds = 10;
// A peer that went away without a word is noticed within a minute, also while nothing is written.
constexpr long silent_seconds = 30;
constexpr long probe_seconds = 10;

http::Request request_of(const Access& access, const Call& call, Exchange::Kind kind) {
    http::Headers headers = call.headers;
    headers.emplace_back("Authorization", "Bearer " + access.token);
    return {.method = call.method,
            .url = kind == Exchange::Kind::websocket ? access.address.websocket_url(call.path)
                                                     : access.address.url(call.path),
            .unix_socket = access.address.unix_socket,
            .headers = std::move(headers),
            .body = call.body};
}

bool is_readable(int fd) {
    pollfd watched{fd, POLLIN, 0};
    return fd >= 0 && ::poll(&watched, 1, 0) > 0;
}

int milliseconds_until(SteadyClock::time_point deadline) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - SteadyClock::now()).count();
    return int(std::clamp<std::int64_t>(left, 0, std::numeric_limits<int>::max()));
}

}  // namespace

Exchange::Exchange(std::shared_ptr<Connections> connections, const Access& access, const Call& call, Kind kind)
    : connections_(std::move(connections)), access_(access), kind_(kind), easy_(request_of(access, call, kind)) {
    set_up(access_);
    curl().multi_add_handle(connections_->get(), easy_.get());
}

Exchange::~Exchange() {
    curl().multi_remove_handle(connections_->get(), easy_.get());
}

void Exchange::set_up(const Access& access) {
    easy_.set(CURLOPT_PROTOCOLS_STR, "http,https,ws,wss");
    easy_.set(CURLOPT_WRITEFUNCTION, &take_piece);
    easy_.set(CURLOPT_WRITEDATA, this);
    easy_.set(CURLOPT_HEADERFUNCTION, &take_header);
    easy_.set(CURLOPT_HEADERDATA, this);
    easy_.set(CURLOPT_ERRORBUFFER, words_.data());
    easy_.set(CURLOPT_CONNECTTIMEOUT, connect_seconds);
    easy_.set(CURLOPT_DNS_CACHE_TIMEOUT, 60L);
    easy_.set(CURLOPT_QUICK_EXIT, 1L);  // a name that is being looked up keeps nobody from ending
    easy_.set(CURLOPT_TCP_KEEPALIVE, 1L);
    easy_.set(CURLOPT_TCP_KEEPIDLE, silent_seconds);
    easy_.set(CURLOPT_TCP_KEEPINTVL, probe_seconds);
    easy_.set(CURLOPT_TCP_KEEPCNT, 3L);
    // None: what the variables say.
    easy_.set(CURLOPT_PROXY, access.proxy.empty() ? nullptr : access.proxy.c_str());
    easy_.set(CURLOPT_PROXYAUTH, long(CURLAUTH_BASIC | CURLAUTH_DIGEST));
    // CONNECT also for plain HTTP: a proxy that reads along may keep streams back.
    easy_.set(CURLOPT_HTTPPROXYTUNNEL, 1L);
    easy_.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    if (!access.ca_file.empty()) {
        easy_.set(CURLOPT_CAINFO, access.ca_file.c_str());
        easy_.set(CURLOPT_PROXY_CAINFO, access.ca_file.c_str());
    }
}

std::size_t Exchange::take_header(char* bytes, std::size_t, std::size_t count, void* self) {
    auto& exchange = *static_cast<Exchange*>(self);
    const int status = exchange.easy_.status();
    const bool is_provisional = status / 100 == 1 && status != 101;
    if (std::string_view(bytes, count) == "\r\n" && !is_provisional) {
        exchange.head_complete_ = true;
    }
    return count;
}

std::size_t Exchange::take_piece(char* bytes, std::size_t, std::size_t count, void* self) {
    auto& exchange = *static_cast<Exchange*>(self);
    const std::string_view piece(bytes, count);
    const curl_ws_frame* frame = exchange.kind_ == Kind::websocket ? curl().ws_meta(exchange.easy_.get()) : nullptr;
    if (frame != nullptr) {
        exchange.take_frame(piece, *frame);
    } else {
        exchange.body_.append(piece);
    }
    exchange.too_large_ = exchange.body_.size() + exchange.begun_.size() > most_bytes;
    return exchange.too_large_ ? std::size_t{CURL_WRITEFUNC_ERROR} : count;
}

// A message may come in several frames, and a frame in several pieces.
void Exchange::take_frame(std::string_view piece, const curl_ws_frame& frame) {
    constexpr unsigned nothing_said = 1005;
    const auto flags = unsigned(frame.flags);
    if ((flags & CURLWS_CLOSE) != 0) {
        const auto byte = [&](std::size_t at) { return unsigned(static_cast<unsigned char>(piece[at])); };
        close_code_ = piece.size() >= 2 ? byte(0) << 8 | byte(1) : nothing_said;
        return;
    }
    if ((flags & (CURLWS_PING | CURLWS_PONG)) != 0) {
        return;
    }
    begun_.append(piece);
    if (frame.bytesleft == 0 && (flags & CURLWS_CONT) == 0) {
        messages_.push_back(std::exchange(begun_, {}));
    }
}

void Exchange::progress() {
    int running = 0;
    curl().multi_perform(connections_->get(), &running);
    int left = 0;
    while (const CURLMsg* message = curl().multi_info_read(connections_->get(), &left)) {
        if (message->easy_handle == easy_.get()) {
            result_ = message->data.result;
        }
    }
}

Result<Exchange::Step> Exchange::wait_until(bool (Exchange::*reached)() const, SteadyClock::time_point deadline,
                                            int interrupt_fd) {
    while (true) {
        // First of all: somebody who writes without a pause must not keep us from ending.
        if (is_readable(interrupt_fd)) {
            return Step::interrupted;
        }
        progress();
        if ((this->*reached)()) {
            return Step::more;
        }
        if (result_) {
            return *result_ == CURLE_OK ? Result<Step>(Step::over) : std::unexpected(failure());
        }
        const int left = milliseconds_until(deadline);
        if (left == 0) {
            return Step::deadline;
        }
        curl_waitfd interrupt{interrupt_fd, CURL_WAIT_POLLIN, 0};
        curl().multi_poll(connections_->get(), &interrupt, interrupt_fd < 0 ? 0 : 1, left, nullptr);
    }
}

Result<Exchange::Step> Exchange::wait_for_head(SteadyClock::time_point deadline, int interrupt_fd) {
    return wait_until(&Exchange::has_head, deadline, interrupt_fd);
}

Result<Exchange::Step> Exchange::wait(SteadyClock::time_point deadline, int interrupt_fd) {
    return wait_until(&Exchange::has_something, deadline, interrupt_fd);
}

bool Exchange::was_sent() const {
    curl_off_t sent = 0;
    (void)curl().easy_getinfo(easy_.get(), CURLINFO_PRETRANSFER_TIME_T, &sent);
    return sent > 0;
}

Error Exchange::failure() const {
    const CURLcode code = result_.value_or(CURLE_OK);
    const std::string where = access_.address.name();
    const std::string words = words_[0] == '\0' ? curl().easy_strerror(code) : words_.data();
    if (too_large_) {
        return {ErrorCode::LimitsExceeded, std::format("{}: the answer is larger than {} bytes", where, most_bytes)};
    }
    long proxy_status = 0;
    (void)curl().easy_getinfo(easy_.get(), CURLINFO_HTTP_CONNECTCODE, &proxy_status);
    constexpr long wants_authentication = 407;
    if (proxy_status == wants_authentication) {
        return {ErrorCode::AccessDenied, "the proxy wants another user and password", "--proxy",
                "https_proxy=http://USER:PASSWORD@HOST:PORT in the environment"};
    }
    if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE) {
        return {ErrorCode::Unavailable, std::format("{}: {}", where, words), "--cacert",
                "--cacert FILE names the certificate of who signed it, or SSL_CERT_FILE does"};
    }
    return {ErrorCode::Unavailable, std::format("{}: {}", where, words)};
}

Result<Answer> whole_answer(Exchange& exchange, SteadyClock::time_point deadline, int interrupt_fd) {
    std::string body;
    while (true) {
        const auto step = exchange.wait(deadline, interrupt_fd);
        if (!step) {
            return std::unexpected(step.error());
        }
        body += exchange.take_body();
        if (body.size() > most_bytes) {
            return fail(ErrorCode::LimitsExceeded, std::format("the answer is larger than {} bytes", most_bytes));
        }
        if (*step == Exchange::Step::interrupted) {
            return fail(ErrorCode::Canceled, "interrupted");
        }
        if (*step == Exchange::Step::deadline) {
            return fail(ErrorCode::TimedOut, "the far machine did not answer in time");
        }
        if (*step == Exchange::Step::over) {
            return Answer{.status = exchange.status(),
                          .content_type = exchange.header("Content-Type"),
                          .location = exchange.header("Location"),
                          .link = exchange.header("Link"),
                          .body = std::move(body)};
        }
    }
}

}  // namespace mcpctl::ctl::far
