// The encrypted files, one for each secret, by its name. Everything throws std::system_error or
// std::filesystem::filesystem_error.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "agent/core/secret.hpp"

namespace mcpctl::secrets {

// 0600 in a directory of mode 0700, which is made where there is none. Whenever the power goes, the file is either what
// it was or all of `text`; durable when it comes back.
void write_credential(const std::filesystem::path& directory, const std::string& name, std::string_view text);
// Durable when it comes back; nothing happens where there is none.
void remove_credential(const std::filesystem::path& directory, const std::string& name);
// In the order of their names.
[[nodiscard]] std::vector<KeptSecret> list_credentials(const std::filesystem::path& directory);

}  // namespace mcpctl::secrets
