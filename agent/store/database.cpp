#include "agent/store/database.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <format>
#include <iterator>
#include <utility>

#include "agent/store/files.hpp"
#include "agent/store/meta.hpp"
#include "agent/store/migrations.hpp"
#include "agent/store/records.hpp"
#include "agent/store/recovery.hpp"
#include "base/journal.hpp"
#include "base/message_ids.hpp"

namespace mcpctl {
namespace {

namespace fs = std::filesystem;
using sqlite::Failure;
using sqlite::Transaction;

fs::path database_file(const fs::path& directory) {
    return directory / "store.db";
}

void make_directory(const fs::path& directory) {
    if (fs::create_directories(directory)) {
        fs::permissions(directory, fs::perms::owner_all);
    }
}

}  // namespace

Database::Database(fs::path directory, UniqueFd lock, sqlite::Connection connection)
    : directory_(std::move(directory)),
      lock_(std::move(lock)),
      connection_(std::move(connection)),
      ballast_(directory_) {
    if (!ballast_.take()) {
        log::warning(std::format("{} has too little space for the store's reserve", directory_.string()));
    }
}

Result<std::unique_ptr<Database>> Database::open(const fs::path& directory, bool durable) {
    try {
        make_directory(directory);
        UniqueFd lock = files::lock(directory / "store.lock");
        if (!lock) {
            return fail(ErrorCode::InUse, std::format("another agent uses {}", directory.string()), {},
                        "stop it, or give this one a directory of its own");
        }
        return std::unique_ptr<Database>(
            new Database(directory, std::move(lock), open_sound(database_file(directory), durable)));
    } catch (const NewerSchema& newer) {
        return fail(ErrorCode::NotSupported, newer.what(), {},
                    "install the newer version again; copies from before its upgrade are named store.db.bak-vN");
    } catch (const std::exception& error) {
        return fail(ErrorCode::StorageFailed,
                    std::format("the store in {} cannot be opened: {}", directory.string(), error.what()));
    }
}

Result<StoredState> Database::load() {
    try {
        StoredState state = read_state(connection_);
        finish_load(state);
        return state;
    } catch (const std::exception& error) {
        return std::unexpected(failed(error.what()));
    }
}

void Database::finish_load(StoredState& state) {
    const std::vector<JobId> forgotten = forget_old_jobs(state.jobs);
    if (forgotten.empty()) {
        return;
    }
    try {
        Transaction transaction(connection_, Transaction::Kind::whole);
        for (const JobId id : forgotten) {
            apply(connection_, RemoveJob{id});
        }
        transaction.commit();
    } catch (const Failure& failure) {
        // What was read is true all the same, and the agent must come up on a full disk.
        become_read_only(failure);
    }
}

std::vector<Result<void>> Database::write(std::span<const Changes> batches) {
    if (!read_only_because_.empty()) {
        try_to_become_writable();
    }
    if (read_only_because_.empty()) {
        try {
            return write_together(batches);
        } catch (const Failure& failure) {
            if (!failure.is_disk()) {
                return {batches.size(), std::unexpected(failed(failure.what()))};
            }
            become_read_only(failure);
        } catch (const std::exception& error) {
            return {batches.size(), std::unexpected(failed(error.what()))};
        }
    }
    return write_removals(batches);
}

std::vector<Result<void>> Database::write_together(std::span<const Changes> batches) {
    std::vector<Result<void>> results(batches.size());
    std::vector<AuditRecord> audited;
    Transaction transaction(connection_, Transaction::Kind::whole);
    for (std::size_t i = 0; i < batches.size(); ++i) {
        try {
            std::ranges::move(write_batch(batches[i]), std::back_inserter(audited));
        } catch (const Failure& failure) {
            if (failure.is_disk() || failure.is_damage() || !connection_.in_transaction()) {
                throw;
            }
            results[i] = std::unexpected(failed(failure.what()));
        }
    }
    transaction.commit();
    std::ranges::move(audited, std::back_inserter(audited_));
    return results;
}

std::vector<AuditRecord> Database::write_batch(const Changes& changes) {
    std::vector<AuditRecord> audited;
    Transaction batch(connection_, Transaction::Kind::savepoint);
    for (const Change& change : changes) {
        if (const auto* record = std::get_if<AuditRecord>(&change)) {
            audited.push_back(put_in_outbox(connection_, *record));
        } else {
            apply(connection_, change);
        }
    }
    batch.commit();
    return audited;
}

std::vector<AuditRecord> Database::take_audited() {
    return std::exchange(audited_, {});
}

std::vector<Result<void>> Database::write_removals(std::span<const Changes> batches) {
    std::vector<Result<void>> results;
    results.reserve(batches.size());
    for (std::size_t i = 0; i < batches.size(); ++i) {
        if (!only_removes(batches[i])) {
            results.emplace_back(std::unexpected(failed(read_only_because_)));
            continue;
        }
        try {
            results.push_back(write_together(batches.subspan(i, 1)).front());
        } catch (const std::exception& error) {
            results.emplace_back(std::unexpected(failed(error.what())));
        }
    }
    // Gives the log's space back. Its failure is no news: the disk is full.
    (void)sqlite3_wal_checkpoint_v2(connection_.get(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
    return results;
}

void Database::become_read_only(const Failure& failure) {
    ballast_.drop();
    read_only_because_ = failure.what();
    const log::Field id{"MESSAGE_ID", message_id::store_read_only};
    log::write(log::Priority::error,
               std::format("the store in {} cannot be written and is read-only until it can: {}", directory_.string(),
                           failure.what()),
               {&id, 1});
}

void Database::try_to_become_writable() {
    if (ballast_.take()) {
        read_only_because_.clear();
        log::notice(std::format("the store in {} can be written again", directory_.string()));
    }
}

Error Database::failed(std::string_view why) const {
    return {ErrorCode::StorageFailed,
            std::format("nothing was changed, the store cannot be written: {}", why),
            {},
            std::format("look for free space and errors of the disk that holds {}; the agent goes on by itself",
                        directory_.string())};
}

void Database::back_up_when_old() {
    std::error_code missing;
    const auto made = fs::last_write_time(backup_of(database_file(directory_)), missing);
    const auto age = fs::file_time_type::clock::now() - made;
    if (missing || age > std::chrono::hours(24) || age < std::chrono::hours(0)) {
        back_up_now();
    }
}

void Database::back_up_when_changed() {
    if (connection_.total_changes() != changes_in_backup_ && read_only_because_.empty()) {
        back_up_now();
    }
}

void Database::back_up_now() {
    try {
        back_up(connection_, backup_of(database_file(directory_)));
        changes_in_backup_ = connection_.total_changes();
    } catch (const std::exception& error) {
        log::warning(std::format("the store in {} could not be backed up: {}", directory_.string(), error.what()));
    }
}

}  // namespace mcpctl
