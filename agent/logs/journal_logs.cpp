#include "agent/logs/journal_logs.hpp"

#include <fcntl.h>

#include <format>
#include <utility>

#include "agent/logs/follow_pipe.hpp"
#include "agent/logs/log_follower.hpp"
#include "agent/logs/log_page.hpp"

namespace mcpctl::logs {
namespace {

constexpr std::size_t most_pages_at_once = 32;
constexpr std::size_t most_followers = 256;

}  // namespace

JournalLogs::JournalLogs(asio::any_io_executor executor, OpenJournal open)
    : executor_(std::move(executor)), open_(std::move(open)) {}

JournalLogs::~JournalLogs() {
    workers_.join();
    feed_workers_.join();
}

Task<Result<LogPage>> JournalLogs::page(LogOwner owner, LogQuery query) {
    if (*pages_ >= most_pages_at_once) {
        co_return fail(ErrorCode::LimitsExceeded, std::format("{} log pages are being read already", *pages_), {},
                       "try again in a moment");
    }
    const Counted counted(pages_);
    co_return co_await on_worker(workers_, [open = open_, owner = std::move(owner), query = std::move(query)] {
        return read_page(open, owner, query);
    });
}

Task<Result<UniqueFd>> JournalLogs::follow(LogOwner owner, LogQuery query, Held held) {
    const auto cursor = cursor_in(query, owner.instance);
    if (!cursor) {
        co_return std::unexpected(cursor.error());
    }
    if (*followers_ >= most_followers) {
        co_return fail(ErrorCode::LimitsExceeded, std::format("{} readers follow logs already", *followers_), {},
                       "end one of them, or read pages");
    }
    auto pipe = make_follow_pipe();
    if (!pipe) {
        co_return std::unexpected(pipe.error());
    }
    // Counted from here on: others may come while this one waits.
    auto counted = std::make_unique<Counted>(followers_);
    auto history = std::make_unique<LogScan>(open_(owner.instance), owner, query);
    // The feed first: what is written after history has begun must not fall between them.
    auto feed = co_await feed_of(owner);
    const auto begun = co_await on_worker(workers_, [&] { return history->begin(*cursor); });
    counted.reset();
    if (!begun) {
        co_return std::unexpected(begun.error());
    }
    spawn_detached(executor_, "delivering a log",
                   serve(std::move(feed), std::move(history), std::move(owner), std::move(query),
                         std::move(pipe->writer), std::move(held)));
    co_return std::move(pipe->reader);
}

Task<std::shared_ptr<LogFeed>> JournalLogs::feed_of(LogOwner owner) {
    auto feed = feeds_[owner.instance].lock();
    if (!feed || !feed->can_be_joined()) {
        feed = std::make_shared<LogFeed>(executor_, feed_workers_, owner, open_(owner.instance));
        feeds_[owner.instance] = feed;
    }
    co_await feed->begin();
    co_return feed;
}

Task<void> JournalLogs::serve(std::shared_ptr<LogFeed> feed, std::unique_ptr<LogScan> history, LogOwner owner,
                              LogQuery query, UniqueFd pipe, Held /*held*/) {
    {
        const Counted counted(followers_);
        (void)::fcntl(pipe.get(), F_SETFL, O_NONBLOCK);
        auto follower = std::make_shared<LogFollower>(std::move(feed), workers_, std::move(history), owner, query,
                                                      asio::posix::stream_descriptor(executor_, pipe.release()));
        co_await LogFollower::run(std::move(follower));
    }
    std::erase_if(feeds_, [](const auto& entry) { return entry.second.expired(); });
    follower_ended_();
}

void JournalLogs::finish(const InstanceId& instance) {
    if (const auto feed = feeds_[instance].lock()) {
        feed->finish();
    } else {
        feeds_.erase(instance);
    }
}

}  // namespace mcpctl::logs
