// A record in words, for people.
#pragma once

#include <string>
#include <string_view>

#include "agent/core/audit.hpp"

namespace mcpctl::audit {

// The MESSAGE_ID, with an entry in units/mcpctl.catalog.
[[nodiscard]] std::string_view message_id_of(const AuditRecord& record);

// "root: start everything", "nobody: stop denied, 12 times". Not sanitised.
[[nodiscard]] std::string text_of(const AuditRecord& record, std::string_view actor);

}  // namespace mcpctl::audit
