#include "agent/logs/log_follower.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/write.hpp>
#include <utility>

namespace mcpctl::logs {
namespace {

constexpr std::size_t history_lines = 2000;
constexpr std::size_t history_bytes = 256UL * 1024;

}  // namespace

LogFollower::LogFollower(std::shared_ptr<LogFeed> feed, asio::thread_pool& workers, std::unique_ptr<LogScan> history,
                         const LogOwner& owner, const LogQuery& query, asio::posix::stream_descriptor pipe)
    : feed_(std::move(feed)),
      workers_(workers),
      history_(std::move(history)),
      writer_(owner),
      filter_(query),
      pipe_(std::move(pipe)),
      known_(history_->last()),
      instance_(owner.instance) {}

Task<void> LogFollower::run(std::shared_ptr<LogFollower> self) {
    self->head_ = self->feed_->head();
    const LogFeed::Place place = self->feed_->join(self->head_.next);
    spawn_detached(co_await asio::this_coro::executor, "watching a log's reader", watch_reader(self));
    bool joined = co_await self->deliver_history();
    // A reader that is slow in its history may find that the feed has gone on without it.
    while (joined && self->head_.next < self->feed_->oldest()) {
        self->head_ = self->feed_->head();
        self->feed_->advance(place, self->head_.next);
        joined = co_await self->deliver_history();
    }
    self->history_.reset();
    if (joined) {
        co_await self->deliver_live(place);
    }
    self->feed_->leave(place);
    self->pipe_.close();
}

// A pipe's writer is told of nothing but an error when its reader goes.
Task<void> LogFollower::watch_reader(std::shared_ptr<LogFollower> self) {
    co_await self->pipe_.async_wait(asio::posix::stream_descriptor::wait_error, asio::as_tuple(asio::use_awaitable));
    self->gone_ = true;
    self->feed_->wake();
}

// Up to where the feed was joined.
Task<bool> LogFollower::deliver_history() {
    if (!head_.last) {
        co_return !gone_;
    }
    ScanEnd end = ScanEnd::limit;
    while (end == ScanEnd::limit) {
        LogBlock block;
        end = co_await on_worker(workers_, [this, &block] {
            const ScanLimits limits{history_lines, history_bytes, head_.last};
            const ScanEnd reached = history_->read(block, limits);
            if (reached != ScanEnd::limit) {
                history_->flush(block);
            }
            return reached;
        });
        if (!co_await deliver(block)) {
            co_return false;
        }
    }
    co_return true;
}

Task<void> LogFollower::deliver_live(LogFeed::Place place) {
    std::uint64_t next_line = head_.lines;
    LogFeed::Sequence next = head_.next;
    while (!gone_) {
        const bool missed = next < feed_->oldest();
        next = std::max(next, feed_->oldest());
        const auto block = feed_->block(next);
        if (!block) {
            if (feed_->ended()) {
                co_return;
            }
            co_await feed_->wait();
            continue;
        }
        if (missed && !co_await tell_gap(next_line, *block)) {
            co_return;
        }
        next_line = block->first_line + block->records.size();
        if (!co_await deliver(*block)) {
            co_return;
        }
        feed_->advance(place, ++next);
    }
}

Task<bool> LogFollower::tell_gap(std::uint64_t next_line, const LogBlock& then) {
    std::string text;
    writer_.append(text, Gap{GapReason::slow_reader, then.first_line - next_line, then.before.value_or(LogPosition{}),
                             wall_time_now()});
    co_return co_await write(text);
}

Task<bool> LogFollower::deliver(const LogBlock& block) {
    if (filter_.lets_all_through() && !known_) {
        co_return co_await write(block.text);
    }
    std::string text;
    for (const LogRecord& record : block.records) {
        if (!is_known(block, record) && filter_.lets_through(block.text, record)) {
            text.append(block.line(record));
        }
    }
    co_return co_await write(text);
}

bool LogFollower::is_known(const LogBlock& block, const LogRecord& record) {
    if (!known_) {
        return false;
    }
    const auto position = position_of(block.line(record), instance_);
    if (!record.is_gap && position && !is_before(*known_, *position)) {
        return true;
    }
    known_.reset();
    return false;
}

Task<bool> LogFollower::write(std::string_view text) {
    if (text.empty()) {
        co_return !gone_;
    }
    const auto [error, written] =
        co_await asio::async_write(pipe_, asio::buffer(text), asio::as_tuple(asio::use_awaitable));
    co_return !error;
}

}  // namespace mcpctl::logs
