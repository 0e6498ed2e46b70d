#include "agent/store/health_database.hpp"

#include "agent/core/enum_names.hpp"
#include "agent/store/files.hpp"
#include "base/journal.hpp"

namespace mcpctl {
namespace {

namespace fs = std::filesystem;

constexpr const char* pragmas =
    "PRAGMA locking_mode = EXCLUSIVE;"
    "PRAGMA trusted_schema = OFF;"
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = NORMAL;";
constexpr const char* schema =
    "CREATE TABLE IF NOT EXISTS changes("
    " number INTEGER PRIMARY KEY AUTOINCREMENT, instance TEXT NOT NULL, at INTEGER NOT NULL,"
    " readiness TEXT NOT NULL, liveness TEXT NOT NULL, alert INTEGER NOT NULL, reason TEXT NOT NULL) STRICT;"
    "CREATE INDEX IF NOT EXISTS changes_of ON changes(instance, number);";

// Columns 1 to 5: at, readiness, liveness, alert, reason.
HealthChange change_in(const sqlite::Statement& row) {
    return {.at = WallTime(row.integer(1)),
            .readiness = parse_enum<Readiness>(row.text(2)).value_or(Readiness::unknown),
            .liveness = parse_enum<Liveness>(row.text(3)).value_or(Liveness::unknown),
            .alert = row.integer(4) != 0,
            .reason = std::string(row.text(5))};
}

void remove_database(const fs::path& file) {
    for (const char* suffix : {"", "-wal", "-shm"}) {
        fs::remove(fs::path(file) += suffix);
    }
}

}  // namespace

void HealthDatabase::open() {
    if (!fs::exists(file_)) {
        files::create_private(file_);
    }
    sqlite::Connection opened(file_);
    opened.execute(pragmas);
    opened.execute(schema);
    connection_.emplace(std::move(opened));
}

sqlite::Connection& HealthDatabase::connection() {
    if (!connection_) {
        try {
            open();
        } catch (const sqlite::Failure& failure) {
            // It is of no worth to anybody but to look at.
            if (!failure.is_damage() && !failure.is_sql()) {
                throw;
            }
            log::warning("the history of health was damaged and begins anew");
            remove_database(file_);
            open();
        }
    }
    return *connection_;
}

void HealthDatabase::add(const InstanceId& instance, const HealthChange& change, std::size_t kept) {
    const std::string id = instance.hex();
    sqlite::Transaction transaction(connection(), sqlite::Transaction::Kind::whole);
    sqlite::Statement(connection(),
                      "INSERT INTO changes(instance, at, readiness, liveness, alert, reason) VALUES(?, ?, ?, ?, ?, ?)")
        .bind(1, id)
        .bind(2, std::int64_t(change.at))
        .bind(3, spelt(change.readiness))
        .bind(4, spelt(change.liveness))
        .bind(5, std::int64_t(change.alert))
        .bind(6, change.reason)
        .run();
    sqlite::Statement(connection(),
                      "DELETE FROM changes WHERE instance = ?1 AND number <= (SELECT number FROM changes "
                      "WHERE instance = ?1 ORDER BY number DESC LIMIT 1 OFFSET ?2)")
        .bind(1, id)
        .bind(2, std::int64_t(kept))
        .run();
    transaction.commit();
}

void HealthDatabase::forget(const InstanceId& instance) {
    const std::string id = instance.hex();
    sqlite::Statement(connection(), "DELETE FROM changes WHERE instance = ?").bind(1, id).run();
}

std::vector<HealthChange> HealthDatabase::changes_of(const InstanceId& instance, std::size_t count) {
    const std::string id = instance.hex();
    std::vector<HealthChange> changes;
    sqlite::Statement rows(connection(),
                           "SELECT instance, at, readiness, liveness, alert, reason FROM changes WHERE instance = ? "
                           "ORDER BY number DESC LIMIT ?");
    rows.bind(1, id).bind(2, std::int64_t(count));
    while (rows.step()) {
        changes.push_back(change_in(rows));
    }
    return changes;
}

std::map<InstanceId, HealthChange> HealthDatabase::latest() {
    std::map<InstanceId, HealthChange> found;
    sqlite::Statement rows(connection(),
                           "SELECT instance, at, readiness, liveness, alert, reason FROM changes "
                           "WHERE number IN (SELECT max(number) FROM changes GROUP BY instance)");
    while (rows.step()) {
        if (const auto id = InstanceId::parse(rows.text(0))) {
            found.emplace(*id, change_in(rows));
        }
    }
    return found;
}

}  // namespace mcpctl
