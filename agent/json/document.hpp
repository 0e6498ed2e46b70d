// JSON text to a tree. Private to this room.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace mcpctl {

// Refuses what is not JSON, with line, column and byte; repeated keys, with the field; and more than 16 levels.
[[nodiscard]] Result<nlohmann::json> parse_document(std::string_view text, std::size_t max_bytes);

// Never throws: bytes that are not UTF-8 are replaced.
[[nodiscard]] std::string write_document(const nlohmann::json& document);

// "limits" and "memory" give "limits.memory".
[[nodiscard]] std::string member_path(std::string_view parent, std::string_view key);

}  // namespace mcpctl
