// The store in SQLite. Nothing here blocks the loop after load(): one thread of its own touches the disk.
#pragma once

#include <filesystem>
#include <memory>

#include "agent/core/store.hpp"

namespace mcpctl {

class Database;
class WriteQueue;

class SqliteStore : public Store {
  public:
    struct Options {
        std::filesystem::path directory;
        bool durable = true;  // false leaves out fsync, for tests that are not about durability
    };

    // Blocks: call it before the loop runs. `executor` is the loop's, where commit() resumes; other threads post to it.
    // InUse when another agent uses the directory, NotSupported when a newer version wrote it, else StorageFailed.
    // A damaged database is replaced by its last good backup, and the log says so.
    [[nodiscard]] static Result<std::unique_ptr<SqliteStore>> open(const asio::any_io_executor& executor,
                                                                   const Options& options);
    // Writes all that was accepted, then closes.
    ~SqliteStore() override;
    SqliteStore(const SqliteStore&) = delete;
    SqliteStore& operator=(const SqliteStore&) = delete;

    // Blocks; call it once, before the first commit.
    [[nodiscard]] Result<StoredState> load();

    // Accepted at the call, not when it is awaited, so that the order of calls is the order of transactions. Once
    // accepted it cannot be cancelled: a caller must learn what became of it.
    Task<Result<void>> commit(Changes changes) override;
    void commit_later(Changes changes) override;
    void on_audited(std::function<void(std::vector<AuditRecord>)> audited) override { *audited_ = std::move(audited); }

  private:
    SqliteStore(asio::any_io_executor executor, std::unique_ptr<Database> database);
    WriteQueue& queue();

    asio::any_io_executor executor_;
    // Shared with what is on its way to the loop.
    std::shared_ptr<std::function<void(std::vector<AuditRecord>)>> audited_;
    std::unique_ptr<Database> loading_;  // until the first commit, then it belongs to the queue
    std::unique_ptr<WriteQueue> queue_;
};

}  // namespace mcpctl
