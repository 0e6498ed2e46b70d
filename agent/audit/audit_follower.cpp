#include "agent/audit/audit_follower.hpp"

#include <fcntl.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/write.hpp>
#include <utility>

#include "base/worker.hpp"

namespace mcpctl::audit {
namespace {

constexpr std::size_t records_at_once = 500;
// The journal tells of every entry of everybody; between two looks as much may come as wants to.
constexpr auto rest = std::chrono::milliseconds(50);
constexpr auto until_the_next_look = std::chrono::milliseconds(250);

}  // namespace

AuditFollower::AuditFollower(asio::thread_pool& workers, std::unique_ptr<AuditScan> scan,
                             std::function<PendingRecords()> pending, asio::posix::stream_descriptor pipe)
    : workers_(workers),
      scan_(std::move(scan)),
      pending_(std::move(pending)),
      pipe_(std::move(pipe)),
      events_(pipe_.get_executor()) {
    const int events = scan_->journal().events();
    if (const int own = events < 0 ? -1 : ::fcntl(events, F_DUPFD_CLOEXEC, 3); own >= 0) {
        events_.assign(own);
    }
}

Task<void> AuditFollower::run(std::shared_ptr<AuditFollower> self) {
    spawn_detached(co_await asio::this_coro::executor, "watching the audit trail's reader", watch_reader(self));
    while (!self->gone_) {
        std::vector<std::string> lines;
        const AuditEnd end = co_await self->read(lines);
        if (!co_await self->write(lines)) {
            break;
        }
        if (end != AuditEnd::limit) {
            co_await self->wait_for_journal(end);
        }
    }
    self->pipe_.close();
}

// A pipe's writer is told of nothing but an error when its reader goes.
Task<void> AuditFollower::watch_reader(std::shared_ptr<AuditFollower> self) {
    co_await self->pipe_.async_wait(asio::posix::stream_descriptor::wait_error, asio::as_tuple(asio::use_awaitable));
    self->gone_ = true;
    self->events_.cancel();
}

Task<AuditEnd> AuditFollower::read(std::vector<std::string>& lines) {
    co_return co_await on_worker(workers_, [this, &lines, pending = pending_()] {
        scan_->journal().refresh();
        return scan_->read(lines, {.records = records_at_once, .pending = pending});
    });
}

Task<bool> AuditFollower::write(const std::vector<std::string>& lines) {
    for (const std::string& line : lines) {
        const auto [error, written] =
            co_await asio::async_write(pipe_, asio::buffer(line), asio::as_tuple(asio::use_awaitable));
        if (error) {
            co_return false;
        }
    }
    co_return !gone_;
}

Task<void> AuditFollower::wait_for_journal(AuditEnd end) {
    if (end == AuditEnd::waiting || !events_.is_open()) {
        co_await wait_for(until_the_next_look);
    } else {
        co_await events_.async_wait(asio::posix::stream_descriptor::wait_read, asio::as_tuple(asio::use_awaitable));
        co_await wait_for(rest);
    }
}

}  // namespace mcpctl::audit
