// The table of single values, each with a checksum: SQLite finds damage of its structure, not flipped bits in values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "agent/store/sqlite.hpp"

namespace mcpctl {

[[nodiscard]] std::int64_t checksum(std::string_view text);

// Throws sqlite::Failure with is_damage() where the value is missing or altered: all are made with the database.
[[nodiscard]] std::string read_meta(sqlite::Connection& connection, std::string_view key);
void write_meta(sqlite::Connection& connection, std::string_view key, std::string_view value);

}  // namespace mcpctl
