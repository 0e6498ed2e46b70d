#include "agent/logs/log_feed.hpp"

#include <fcntl.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <utility>

#include "agent/systemd/journal_reader.hpp"

namespace mcpctl::logs {
namespace {

// Of all blocks that somebody has still to take.
constexpr std::size_t most_bytes_kept = 2UL * 1024 * 1024;
constexpr std::size_t block_lines = 2000;
constexpr std::size_t block_bytes = 256UL * 1024;
// A line whose end has not come yet.
constexpr auto pending_pause = std::chrono::milliseconds(250);

}  // namespace

LogFeed::LogFeed(const asio::any_io_executor& executor, asio::thread_pool& workers, const LogOwner& owner,
                 std::unique_ptr<Journal> journal)
    : executor_(executor), workers_(workers), scan_(std::move(journal), owner, LogQuery{}), events_(executor) {}

Task<void> LogFeed::begin() {
    if (std::exchange(beginning_, true)) {
        while (!begun_) {
            co_await changed_.wait_until(Clock::time_point::max());
        }
        co_return;
    }
    const int events = scan_.journal().events();
    if (const int own = events < 0 ? -1 : ::fcntl(events, F_DUPFD_CLOEXEC, 3); own >= 0) {
        events_.assign(own);
    }
    last_ = co_await on_worker(workers_, [this] { return scan_.begin_at_end(); });
    begun_ = true;
    changed_.notify();
}

void LogFeed::leave(Place place) {
    places_.erase(place);
    trim();
    if (places_.empty()) {
        abandoned_ = true;
        events_.close();
    }
}

std::shared_ptr<const LogBlock> LogFeed::block(Sequence number) const {
    return number < first_ || number >= first_ + blocks_.size() ? nullptr : blocks_[number - first_];
}

void LogFeed::advance(Place place, Sequence next) {
    place->second = next;
    trim();
}

Task<void> LogFeed::wait() {
    if (ended_) {
        co_return;
    }
    const std::uint64_t seen = changed_.count();
    if (!std::exchange(reading_, true)) {
        spawn_detached(executor_, "reading a log", read_on(shared_from_this()));
    }
    co_await changed_.wait_until(Clock::time_point::max(), seen);
}

void LogFeed::finish() {
    finishing_ = true;
    // The last reader may have closed it.
    if (events_.is_open()) {
        events_.cancel();
    }
    if (!std::exchange(reading_, true)) {
        spawn_detached(executor_, "reading the end of a log", read_on(shared_from_this()));
    }
}

// Until there is a block, or none will come.
Task<void> LogFeed::read_on(std::shared_ptr<LogFeed> self) {
    bool found = false;
    while (!found && !self->abandoned_ && !self->ended_) {
        const bool was_finishing = self->finishing_;
        if (was_finishing) {
            co_await on_worker(self->workers_, [] { return systemd::synchronize_journal(); });
        }
        found = co_await self->read_block();
        if (!found && was_finishing) {
            self->ended_ = true;
        } else if (!found && !self->finishing_) {
            co_await self->wait_for_journal();
        }
    }
    self->reading_ = false;
    self->changed_.notify();
}

Task<bool> LogFeed::read_block() {
    auto block = std::make_shared<LogBlock>();
    block->first_line = lines_;
    block->before = last_;
    co_await on_worker(workers_, [this, &block] {
        scan_.journal().refresh();
        const ScanLimits limits{block_lines, block_bytes, std::nullopt};
        if (scan_.read(*block, limits) == ScanEnd::caught_up && !scan_.pending_is_fresh()) {
            scan_.flush(*block);
        }
        return true;
    });
    if (block->records.empty()) {
        co_return false;
    }
    lines_ += block->records.size();
    last_ = scan_.last();
    bytes_ += block->text.size();
    blocks_.push_back(std::move(block));
    trim();
    co_return true;
}

Task<void> LogFeed::wait_for_journal() {
    if (scan_.pending() || !events_.is_open()) {
        co_await wait_for(pending_pause);
    } else {
        co_await events_.async_wait(asio::posix::stream_descriptor::wait_read, asio::as_tuple(asio::use_awaitable));
    }
}

// Forgets what everybody has taken, and the oldest of the rest where it is too much.
void LogFeed::trim() {
    Sequence wanted = first_ + blocks_.size();
    for (const auto& [place, next] : places_) {
        wanted = std::min(wanted, next);
    }
    while (!blocks_.empty() && (first_ < wanted || (bytes_ > most_bytes_kept && blocks_.size() > 1))) {
        bytes_ -= blocks_.front()->text.size();
        blocks_.pop_front();
        ++first_;
    }
}

}  // namespace mcpctl::logs
