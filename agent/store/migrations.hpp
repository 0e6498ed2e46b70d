// The schema, version by version.
#pragma once

#include <filesystem>
#include <span>

#include "agent/store/sqlite.hpp"

namespace mcpctl {

// The version that this program writes; PRAGMA user_version of the file.
[[nodiscard]] int latest_schema();

// The version of an open database, 0 for an empty one. It is kept twice, so that a flipped bit is found: throws
// sqlite::Failure with is_damage() when the two differ.
[[nodiscard]] int schema_of(sqlite::Connection& connection);

// Throws sqlite::Failure with is_damage() when the schema or one of the single values, of a database of this version,
// is not what was written.
void check_values(sqlite::Connection& connection, int version);

// The step at index N leads from version N to N + 1.
using MigrationStep = void (*)(sqlite::Connection&);
[[nodiscard]] std::span<const MigrationStep> migration_steps();

// Brings the schema to the version after the last step, each in a transaction of its own. Before the first step of a
// database that holds something, a copy is made beside it: store.db.bak-vN. Throws sqlite::Failure or a file error.
void migrate(sqlite::Connection& connection, const std::filesystem::path& file,
             std::span<const MigrationStep> steps = migration_steps());

// Writes a compact copy of the database, durable when this returns.
void back_up(sqlite::Connection& connection, const std::filesystem::path& to);

}  // namespace mcpctl
