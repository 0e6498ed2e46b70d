#include "http/transfer.hpp"

#include <format>
#include <utility>

namespace mcpctl::http {
namespace {

// Of a streamed body, before its sender is made to wait.
constexpr std::size_t most_unread = 256UL * 1024;

std::string_view trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t\r\n");
    return begin == std::string_view::npos ? std::string_view()
                                           : text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

}  // namespace

Transfer::Transfer(std::shared_ptr<Multi> multi, Request request, Body body)
    : multi_(std::move(multi)), easy_(std::move(request)), kind_(body) {
    easy_.set(CURLOPT_PRIVATE, this);
    easy_.set(CURLOPT_HEADERFUNCTION, &Transfer::take_header);
    easy_.set(CURLOPT_HEADERDATA, this);
    easy_.set(CURLOPT_WRITEFUNCTION, &Transfer::take_body);
    easy_.set(CURLOPT_WRITEDATA, this);
    multi_->add(*this);
}

Transfer::~Transfer() {
    multi_->remove(*this);
}

void Transfer::end(CURLcode result) {
    result_ = result;
    changed_.notify();
}

std::size_t Transfer::take_header(char* bytes, std::size_t /*size*/, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    return transfer.take_header_line({bytes, count}) ? count : 0;
}

bool Transfer::take_header_line(std::string_view line) {
    head_bytes_ += line.size();
    if (head_bytes_ > easy_.request().most_bytes) {
        too_large_ = true;
        return false;
    }
    if (head_complete_) {  // what follows a body in pieces: nobody asks for it
        return true;
    }
    if (line.starts_with("HTTP/")) {
        headers_.clear();  // of an interim answer
    } else if (const auto colon = line.find(':'); colon != std::string_view::npos) {
        headers_.emplace_back(line.substr(0, colon), trimmed(line.substr(colon + 1)));
    } else if (trimmed(line).empty() && status() >= 200) {
        head_complete_ = true;
        changed_.notify();
    }
    return true;
}

std::size_t Transfer::take_body(char* bytes, std::size_t /*size*/, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    if (transfer.kind_ == Body::streamed && transfer.body_.size() >= most_unread) {
        transfer.paused_ = true;
        return CURL_WRITEFUNC_PAUSE;
    }
    if (transfer.kind_ == Body::whole && transfer.body_.size() + count > transfer.easy_.request().most_bytes) {
        transfer.too_large_ = true;
        return CURL_WRITEFUNC_ERROR;
    }
    transfer.body_.append(bytes, count);
    transfer.changed_.notify();
    return count;
}

// Until it is reached or the exchange is over; an error where it ended badly before.
Task<Result<void>> Transfer::wait_until(bool (Transfer::*reached)() const, Clock::time_point deadline) {
    while (!(this->*reached)() && !result_) {
        const auto seen = changed_.count();
        if (!co_await changed_.wait_until(deadline, seen)) {
            co_return fail(ErrorCode::TimedOut, std::format("{} did not answer in time", easy_.request().url));
        }
    }
    if ((this->*reached)() || *result_ == CURLE_OK) {
        co_return Result<void>{};
    }
    if (too_large_) {
        co_return fail(ErrorCode::LimitsExceeded, std::format("{} answered with more than {} bytes",
                                                              easy_.request().url, easy_.request().most_bytes));
    }
    co_return std::unexpected(transfer_error(easy_.request(), *result_));
}

Task<Result<void>> Transfer::wait_for_head(Clock::time_point deadline) {
    return wait_until(&Transfer::has_head, deadline);
}

Task<Result<std::string>> Transfer::wait_for_body(Clock::time_point deadline) {
    const auto over = co_await wait_until(&Transfer::never, deadline);
    co_return over.transform([this] { return std::exchange(body_, {}); });
}

Task<Result<std::string>> Transfer::next_piece(Clock::time_point deadline) {
    const auto there = co_await wait_until(&Transfer::has_piece, deadline);
    if (!there) {
        co_return std::unexpected(there.error());
    }
    std::string piece = std::exchange(body_, {});
    if (std::exchange(paused_, false)) {
        // Gives at once what it has held back, which is less than the limit.
        (void)curl().easy_pause(easy_.get(), CURLPAUSE_CONT);
    }
    co_return piece;
}

}  // namespace mcpctl::http
