#include "agent/store/migrations.hpp"

#include <systemd/sd-id128.h>

#include <array>
#include <format>
#include <string>
#include <system_error>

#include "agent/store/files.hpp"
#include "agent/store/meta.hpp"

namespace mcpctl {
namespace {

// Definitions and records are JSON: what the agent looks up, it looks up in memory. `checksum` finds flipped bits,
// which SQLite does not look for inside values.
constexpr const char* tables = R"sql(
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL, checksum INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE servers (name TEXT PRIMARY KEY, record TEXT NOT NULL, checksum INTEGER NOT NULL) STRICT;
CREATE TABLE profiles (name TEXT PRIMARY KEY, record TEXT NOT NULL, checksum INTEGER NOT NULL) STRICT;
CREATE TABLE instances (
    id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, record TEXT NOT NULL, checksum INTEGER NOT NULL) STRICT;
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY, instance TEXT NOT NULL, open INTEGER NOT NULL, record TEXT NOT NULL,
    checksum INTEGER NOT NULL) STRICT;
)sql";

void create(sqlite::Connection& connection) {
    connection.execute(tables);
    sd_id128_t id{};
    if (const int error = sd_id128_randomize(&id); error < 0) {
        throw std::system_error(-error, std::generic_category(), "no random bytes");
    }
    std::array<char, SD_ID128_STRING_MAX> text{};
    write_meta(connection, "installation_id", sd_id128_to_string(id, text.data()));
    write_meta(connection, "boot_id", "");
    write_meta(connection, "last_job", "0");
}

// Records of the audit trail on their way to the journal, and the highest number ever given.
void add_audit_outbox(sqlite::Connection& connection) {
    connection.execute(
        "CREATE TABLE audit (seq INTEGER PRIMARY KEY, record TEXT NOT NULL, checksum INTEGER NOT NULL) STRICT");
    write_meta(connection, "last_audit", "0");
}

void add_tokens(sqlite::Connection& connection) {
    connection.execute(
        "CREATE TABLE tokens (name TEXT PRIMARY KEY, record TEXT NOT NULL, checksum INTEGER NOT NULL) STRICT");
}

// Of the SQL that made the tables: a flipped bit in there renames a column.
std::string schema_checksum(sqlite::Connection& connection) {
    std::string all;
    sqlite::Statement rows(connection, "SELECT type || name || tbl_name || coalesce(sql, '') FROM sqlite_schema");
    while (rows.step()) {
        all += rows.text(0);
    }
    return std::to_string(checksum(all));
}

constexpr std::array all_steps{create, add_audit_outbox, add_tokens};

}  // namespace

int latest_schema() {
    return int(all_steps.size());
}

std::span<const MigrationStep> migration_steps() {
    return all_steps;
}

int schema_of(sqlite::Connection& connection) {
    const auto version = int(connection.query_integer("PRAGMA user_version"));
    std::string recorded = "0";
    try {
        if (connection.query_integer("SELECT count(*) FROM sqlite_schema WHERE name = 'meta'") != 0) {
            recorded = read_meta(connection, "schema");
        }
    } catch (const sqlite::Failure&) {
        if (version <= latest_schema()) {
            throw;
        }
        // A newer program may use SQL that this SQLite cannot read; taking that for damage would cost a good file.
        return version;
    }
    if (recorded != std::to_string(version)) {
        throw sqlite::Failure(SQLITE_CORRUPT,
                              std::format("its schema is {} in one place, {} in another", version, recorded));
    }
    return version;
}

void check_values(sqlite::Connection& connection, int version) {
    for (const char* key : {"installation_id", "boot_id", "last_job"}) {
        (void)read_meta(connection, key);
    }
    if (version >= 2) {
        (void)read_meta(connection, "last_audit");
    }
    if (read_meta(connection, "schema_checksum") != schema_checksum(connection)) {
        throw sqlite::Failure(SQLITE_CORRUPT, "the schema was altered");
    }
}

void migrate(sqlite::Connection& connection, const std::filesystem::path& file, std::span<const MigrationStep> steps) {
    const auto present = int(connection.query_integer("PRAGMA user_version"));
    const int latest = int(steps.size());
    if (present > 0 && present < latest) {
        back_up(connection, std::format("{}.bak-v{}", file.string(), present));
    }
    for (int version = present; version < latest; ++version) {
        sqlite::Transaction transaction(connection, sqlite::Transaction::Kind::whole);
        steps[std::size_t(version)](connection);
        connection.execute(std::format("PRAGMA user_version = {}", version + 1).c_str());
        write_meta(connection, "schema", std::to_string(version + 1));
        write_meta(connection, "schema_checksum", schema_checksum(connection));
        transaction.commit();
    }
}

void back_up(sqlite::Connection& connection, const std::filesystem::path& to) {
    const std::filesystem::path temporary = to.string() + ".tmp";
    std::filesystem::remove(temporary);
    files::create_private(temporary);  // SQLite takes an empty file as it takes none
    sqlite::Statement(connection, "VACUUM INTO ?").bind(1, temporary.native()).run();
    files::sync_file(temporary);
    files::rename_durably(temporary, to);
}

}  // namespace mcpctl
