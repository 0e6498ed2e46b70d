// One altered row is no reason to give up all that changed since the last backup.
#pragma once

#include <filesystem>

#include "agent/store/sqlite.hpp"

namespace mcpctl {

// Replaces definitions and instances whose checksum does not match by those of the last good backup, and logs each.
// What the backup does not have stays as it is. Jobs are left out: an old one would be carried out once more.
void repair_rows(sqlite::Connection& connection, const std::filesystem::path& backup);

}  // namespace mcpctl
