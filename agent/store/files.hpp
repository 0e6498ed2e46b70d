// What the store does with files besides SQLite. Everything throws std::system_error or std::filesystem_error.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/unique_fd.hpp"

namespace mcpctl::files {

// Makes what was created, renamed or removed in the directory durable.
void sync_directory(const std::filesystem::path& directory);
void sync_file(const std::filesystem::path& file);

// An empty file that only its owner reads: definitions may hold what others must not see.
void create_private(const std::filesystem::path& file);

// Copies so that `to` is either what it was or the whole copy, whenever the power goes.
void copy_durably(const std::filesystem::path& from, const std::filesystem::path& to);
void rename_durably(const std::filesystem::path& from, const std::filesystem::path& to);

// Holds `file` locked as long as the descriptor lives; an empty descriptor when somebody else does.
[[nodiscard]] UniqueFd lock(const std::filesystem::path& file);

}  // namespace mcpctl::files
