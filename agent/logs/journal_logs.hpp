// The port LogSource on the journal.
#pragma once

#include <boost/asio/thread_pool.hpp>
#include <map>
#include <memory>

#include "agent/core/log_source.hpp"
#include "agent/logs/log_feed.hpp"
#include "agent/logs/log_tally.hpp"

namespace mcpctl::logs {

class JournalLogs final : public LogSource {
  public:
    JournalLogs(asio::any_io_executor executor, OpenJournal open);
    JournalLogs(const JournalLogs&) = delete;
    JournalLogs& operator=(const JournalLogs&) = delete;
    ~JournalLogs() override;

    Task<Result<LogPage>> page(LogOwner owner, LogQuery query) override;
    Task<Result<UniqueFd>> follow(LogOwner owner, LogQuery query, Held held) override;
    Task<LogCounts> count(InstanceId instance) override { return tally_.count(instance); }
    void finish(const InstanceId& instance) override;
    [[nodiscard]] std::size_t followers() const override { return *followers_; }
    void on_follower_ended(std::function<void()> ended) override { follower_ended_ = std::move(ended); }

  private:
    Task<std::shared_ptr<LogFeed>> feed_of(LogOwner owner);
    Task<void> serve(std::shared_ptr<LogFeed> feed, std::unique_ptr<LogScan> history, LogOwner owner, LogQuery query,
                     UniqueFd pipe, Held held);

    asio::any_io_executor executor_;
    OpenJournal open_;
    std::shared_ptr<std::size_t> pages_ = std::make_shared<std::size_t>(0);
    std::shared_ptr<std::size_t> followers_ = std::make_shared<std::size_t>(0);
    std::function<void()> follower_ended_ = [] {};
    std::map<InstanceId, std::weak_ptr<LogFeed>> feeds_;
    asio::thread_pool feed_workers_{1};  // lines as they come wait for nobody's search
    asio::thread_pool workers_{2};
    LogTally tally_{workers_, open_};
};

}  // namespace mcpctl::logs
