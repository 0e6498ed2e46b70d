// Opening a database that may be new, damaged, missing or from the future.
#pragma once

#include <filesystem>
#include <stdexcept>

#include "agent/store/sqlite.hpp"

namespace mcpctl {

// The file was written by a newer program.
class NewerSchema : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// The last good backup of the database.
[[nodiscard]] std::filesystem::path backup_of(const std::filesystem::path& file);

// Gives a database that is sound and has the latest schema. A damaged file is moved aside and the last good backup
// takes its place; without one the database starts empty. Single altered rows are taken from it. All are logged.
[[nodiscard]] sqlite::Connection open_sound(const std::filesystem::path& file, bool durable);

}  // namespace mcpctl
