#include "agent/store/sqlite_store.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/post.hpp>
#include <format>
#include <optional>
#include <utility>

#include "agent/store/database.hpp"
#include "agent/store/write_queue.hpp"
#include "base/journal.hpp"

namespace mcpctl {
namespace {

// One commit under way. Only the loop's thread looks at it.
struct Pending {
    explicit Pending(const asio::any_io_executor& executor) : finished(executor, Clock::time_point::max()) {}

    asio::steady_timer finished;  // cancelled when there is a result
    std::optional<Result<void>> result;
};

Task<Result<void>> result_of(std::shared_ptr<Pending> pending) {
    while (!pending->result) {
        // With a slot of its own, empty: cancelling the caller does not end the wait.
        co_await pending->finished.async_wait(
            asio::bind_cancellation_slot(asio::cancellation_slot(), asio::as_tuple(asio::use_awaitable)));
    }
    co_return *std::move(pending->result);
}

void report_failure(const Result<void>& result) {
    if (!result) {
        log::error(std::format("a record was not stored: {}", result.error().reason));
    }
}

}  // namespace

SqliteStore::SqliteStore(asio::any_io_executor executor, std::unique_ptr<Database> database)
    : executor_(std::move(executor)),
      audited_(std::make_shared<std::function<void(std::vector<AuditRecord>)>>([](const auto&) {})),
      loading_(std::move(database)) {}

SqliteStore::~SqliteStore() = default;

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const asio::any_io_executor& executor, const Options& options) {
    return Database::open(options.directory, options.durable).transform([&](std::unique_ptr<Database> database) {
        return std::unique_ptr<SqliteStore>(new SqliteStore(executor, std::move(database)));
    });
}

Result<StoredState> SqliteStore::load() {
    if (!loading_) {
        return fail(ErrorCode::Internal, "the store is loaded once, before the first commit");
    }
    return loading_->load();
}

WriteQueue& SqliteStore::queue() {
    if (!queue_) {
        auto tell = [executor = executor_, audited = audited_](std::vector<AuditRecord> records) {
            asio::post(executor, [audited, records = std::move(records)]() mutable { (*audited)(std::move(records)); });
        };
        queue_ = std::make_unique<WriteQueue>(std::move(loading_), std::move(tell));
    }
    return *queue_;
}

Task<Result<void>> SqliteStore::commit(Changes changes) {
    auto pending = std::make_shared<Pending>(executor_);
    queue().push(std::move(changes), [pending, executor = executor_](Result<void> result) mutable {
        // The thread that writes keeps no reference: the timer may only go away on the loop.
        asio::post(executor, [pending = std::move(pending), result = std::move(result)]() mutable {
            pending->result = std::move(result);
            pending->finished.cancel();
        });
    });
    return result_of(std::move(pending));
}

void SqliteStore::commit_later(Changes changes) {
    queue().push(std::move(changes), report_failure);
}

}  // namespace mcpctl
