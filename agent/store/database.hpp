// The database of one agent, for one thread at a time. No exception leaves it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "agent/core/store.hpp"
#include "agent/store/ballast.hpp"
#include "agent/store/sqlite.hpp"
#include "base/unique_fd.hpp"

namespace mcpctl {

class Database {
  public:
    // `durable` false leaves out fsync, for tests that are not about durability. InUse when another agent has the
    // directory, NotSupported when a newer one wrote the database.
    [[nodiscard]] static Result<std::unique_ptr<Database>> open(const std::filesystem::path& directory, bool durable);

    // All that is stored. Ends the jobs that are over.
    [[nodiscard]] Result<StoredState> load();

    // Writes batches in their order and in one transaction, each batch whole or not at all. A result for each batch.
    // On a full disk only batches that remove things go on, until there is space again.
    [[nodiscard]] std::vector<Result<void>> write(std::span<const Changes> batches);

    // The audit records of what was written since the last call, with their numbers.
    [[nodiscard]] std::vector<AuditRecord> take_audited();

    // Refresh the last good backup: where it is older than a day, or where something changed since it was made.
    void back_up_when_old();
    void back_up_when_changed();

  private:
    Database(std::filesystem::path directory, UniqueFd lock, sqlite::Connection connection);

    std::vector<Result<void>> write_together(std::span<const Changes> batches);
    std::vector<AuditRecord> write_batch(const Changes& changes);
    std::vector<Result<void>> write_removals(std::span<const Changes> batches);
    void finish_load(StoredState& state);
    void become_read_only(const sqlite::Failure& failure);
    void try_to_become_writable();
    void back_up_now();
    [[nodiscard]] Error failed(std::string_view why) const;

    std::filesystem::path directory_;
    UniqueFd lock_;
    sqlite::Connection connection_;
    Ballast ballast_;
    std::string read_only_because_;  // empty: writable
    std::int64_t changes_in_backup_ = 0;
    std::vector<AuditRecord> audited_;
};

}  // namespace mcpctl
