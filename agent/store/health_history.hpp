// The history of health in SQLite. One thread of its own touches the disk; nothing waits for an fsync.
#pragma once

#include <boost/asio/thread_pool.hpp>
#include <filesystem>
#include <memory>

#include "agent/core/health_history.hpp"

namespace mcpctl {

class HealthDatabase;

class SqliteHealthHistory final : public HealthHistory {
  public:
    // `executor` is the loop's, where callers go on. The file is made when it is first needed.
    SqliteHealthHistory(asio::any_io_executor executor, const std::filesystem::path& file);
    // Writes all that was added.
    ~SqliteHealthHistory() override;
    SqliteHealthHistory(const SqliteHealthHistory&) = delete;
    SqliteHealthHistory& operator=(const SqliteHealthHistory&) = delete;

    void add(const InstanceId& instance, HealthChange change) override;
    void forget(const InstanceId& instance) override;
    Task<Result<std::vector<HealthChange>>> changes_of(InstanceId instance, std::size_t count) override;
    Task<Result<std::map<InstanceId, HealthChange>>> latest() override;

  private:
    // Reads on the worker and comes back to the loop.
    template <class Read>
    auto read(Read what) -> Task<Result<decltype(what(std::declval<HealthDatabase&>()))>>;
    void write(std::move_only_function<void(HealthDatabase&)> what);

    asio::any_io_executor executor_;
    std::shared_ptr<HealthDatabase> database_;  // touched by the worker alone
    asio::thread_pool worker_{1};
};

}  // namespace mcpctl
