#include "http/client.hpp"

#include <utility>

#include "http/transfer.hpp"

namespace mcpctl::http {

Stream::Stream(std::unique_ptr<Transfer> transfer) : transfer_(std::move(transfer)) {}
Stream::Stream(Stream&&) noexcept = default;
Stream& Stream::operator=(Stream&&) noexcept = default;
Stream::~Stream() = default;

int Stream::status() const {
    return transfer_->status();
}

const Headers& Stream::headers() const {
    return transfer_->headers();
}

Task<Result<std::string>> Stream::read(Clock::time_point deadline) {
    return transfer_->next_piece(deadline);
}

Client::Client(const asio::any_io_executor& executor) : executor_(executor) {}
Client::~Client() = default;

std::shared_ptr<Multi> Client::multi() {
    if (!multi_) {
        multi_ = std::make_shared<Multi>(executor_);
    }
    return multi_;
}

Task<Result<Response>> Client::send(Request request) {
    if (const auto allowed = check_target(request); !allowed) {
        co_return std::unexpected(allowed.error());
    }
    const auto deadline = Clock::now() + request.timeout;
    Transfer transfer(multi(), std::move(request), Transfer::Body::whole);
    auto body = co_await transfer.wait_for_body(deadline);
    co_return std::move(body).transform(
        [&](std::string text) { return Response{transfer.status(), transfer.headers(), std::move(text)}; });
}

Task<Result<Stream>> Client::open(Request request) {
    if (const auto allowed = check_target(request); !allowed) {
        co_return std::unexpected(allowed.error());
    }
    const auto deadline = Clock::now() + request.timeout;
    auto transfer = std::make_unique<Transfer>(multi(), std::move(request), Transfer::Body::streamed);
    const auto head = co_await transfer->wait_for_head(deadline);
    if (!head) {
        co_return std::unexpected(head.error());
    }
    co_return Stream(std::move(transfer));
}

}  // namespace mcpctl::http
