// The level that a message states of itself.
#pragma once

#include <optional>
#include <string_view>

#include "agent/core/log_query.hpp"

namespace mcpctl::logs {

// Of a message that is a JSON object with a member "level": a name as loggers use them, or a number of pino or bunyan.
[[nodiscard]] std::optional<LogLevel> level_in(std::string_view message);

}  // namespace mcpctl::logs
