// What an instance writes, as it comes, read once for all who follow it.
//
// The feed reads on when a follower has taken everything, so the fastest follower sets the pace, and the journal is the
// buffer for one who is alone. Blocks that others have still to take are kept up to a limit; who comes too late for one
// is told how many lines it missed.
#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <deque>
#include <map>
#include <memory>
#include <optional>

#include "agent/logs/log_scan.hpp"
#include "base/async.hpp"
#include "base/worker.hpp"

namespace mcpctl::logs {

class LogFeed : public std::enable_shared_from_this<LogFeed> {
  public:
    // The next block that a follower wants; counted from 0.
    using Sequence = std::uint64_t;
    using Place = std::map<std::uint64_t, Sequence>::iterator;

    LogFeed(const asio::any_io_executor& executor, asio::thread_pool& workers, const LogOwner& owner,
            std::unique_ptr<Journal> journal);

    // Finds the end of what is there; whoever comes meanwhile waits. Before anything else.
    Task<void> begin();

    // Where the feed stands: everything up to this entry lies before the block of that number.
    struct Head {
        Sequence next = 0;
        std::uint64_t lines = 0;  // so many came before it
        std::optional<LogPosition> last;
    };
    [[nodiscard]] Head head() const { return {first_ + blocks_.size(), lines_, last_}; }

    [[nodiscard]] Place join(Sequence next) { return places_.emplace(places_made_++, next).first; }
    // The feed reads no more when nobody is left, and nobody can join it again.
    void leave(Place place);

    // Nothing: wait() for it. Blocks before oldest() are gone.
    [[nodiscard]] std::shared_ptr<const LogBlock> block(Sequence number) const;
    [[nodiscard]] Sequence oldest() const { return first_; }
    // Has taken what comes before that block.
    void advance(Place place, Sequence next);
    // Returns when there is something new, the feed has ended, or wake() was called.
    Task<void> wait();
    void wake() { changed_.notify(); }

    // The instance writes no more.
    void finish();
    [[nodiscard]] bool ended() const { return ended_; }
    [[nodiscard]] bool can_be_joined() const { return !ended_ && !abandoned_; }

  private:
    static Task<void> read_on(std::shared_ptr<LogFeed> self);
    Task<bool> read_block();
    Task<void> wait_for_journal();
    void trim();

    asio::any_io_executor executor_;
    asio::thread_pool& workers_;
    LogScan scan_;
    asio::posix::stream_descriptor events_;
    std::deque<std::shared_ptr<const LogBlock>> blocks_;
    std::size_t bytes_ = 0;
    Sequence first_ = 0;  // of blocks_
    std::uint64_t lines_ = 0;
    std::optional<LogPosition> last_;
    std::map<std::uint64_t, Sequence> places_;
    std::uint64_t places_made_ = 0;
    Condition changed_;
    bool beginning_ = false;
    bool begun_ = false;
    bool abandoned_ = false;
    bool reading_ = false;
    bool finishing_ = false;
    bool ended_ = false;
};

}  // namespace mcpctl::logs
