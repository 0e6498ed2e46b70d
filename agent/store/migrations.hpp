// The schema, version by version.
#pragma once

#include <filesystem>

#include "agent/store/sqlite.hpp"

namespace mcpctl {

// The version that this program writes; PRAGMA user_version of the file.
[[nodiscard]] int latest_schema();

// The version of an open database, 0 for an empty one. It is kept twice, so that a flipped bit is found: throws
// sqlite::Failure with is_damage() when the two differ.
[[nodiscard]] int schema_of(sqlite::Connection& connection);

// Throws sqlite::Failure with is_damage() when the schema or one of the single values is not what was written.
void check_values(sqlite::Connection& connection);

// Brings the schema to the latest version, each step in a transaction of its own. Before the first step of a database
// that holds something, a copy is made beside it: store.db.bak-vN. Throws sqlite::Failure or a file error.
void migrate(sqlite::Connection& connection, const std::filesystem::path& file);

// Writes a compact copy of the database, durable when this returns.
void back_up(sqlite::Connection& connection, const std::filesystem::path& to);

}  // namespace mcpctl
