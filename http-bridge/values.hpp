// Parameters of the query as values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/duration.hpp"
#include "http-bridge/target.hpp"

namespace mcpctl::http_bridge {

// Nothing where the query does not have it.
[[nodiscard]] std::string text_of(const Target& target, const std::string& key);
[[nodiscard]] Result<std::optional<std::uint64_t>> number_of(const Target& target, const std::string& key,
                                                             std::uint64_t least, std::uint64_t most);
// "true" or "false".
[[nodiscard]] Result<std::optional<bool>> flag_of(const Target& target, const std::string& key);
// Seconds, or as in definitions: "1m30s".
[[nodiscard]] Result<std::optional<Duration>> duration_of(const Target& target, const std::string& key);

}  // namespace mcpctl::http_bridge
