// One reader of a log at the end of a pipe.
#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <memory>

#include "agent/logs/log_feed.hpp"
#include "base/unique_fd.hpp"

namespace mcpctl::logs {

class LogFollower : public std::enable_shared_from_this<LogFollower> {
  public:
    // `history` is a scan that has begun, for what lies before the feed.
    LogFollower(std::shared_ptr<LogFeed> feed, asio::thread_pool& workers, std::unique_ptr<LogScan> history,
                const LogOwner& owner, const LogQuery& query, asio::posix::stream_descriptor pipe);

    // Until the reader has gone, or the instance is removed and everything was delivered.
    static Task<void> run(std::shared_ptr<LogFollower> self);

  private:
    static Task<void> watch_reader(std::shared_ptr<LogFollower> self);
    Task<bool> deliver_history();
    Task<void> deliver_live(LogFeed::Place place);
    Task<bool> tell_gap(std::uint64_t next_line, const LogBlock& then);
    Task<bool> deliver(const LogBlock& block);
    [[nodiscard]] bool is_known(const LogBlock& block, const LogRecord& record);
    Task<bool> write(std::string_view text);

    std::shared_ptr<LogFeed> feed_;
    asio::thread_pool& workers_;
    std::unique_ptr<LogScan> history_;
    RecordWriter writer_;
    LogFilter filter_;
    asio::posix::stream_descriptor pipe_;
    LogFeed::Head head_;  // where history ends and the feed is joined
    // The feed may stand before the place from which the reader wants to go on.
    std::optional<LogPosition> known_;
    InstanceId instance_;
    bool gone_ = false;
};

}  // namespace mcpctl::logs
