// The place behind a record: how far the numbers have come, and where the journal was left. Opaque to clients.
#pragma once

#include <string>
#include <string_view>

#include "agent/audit/audit_journal.hpp"
#include "base/error.hpp"

namespace mcpctl::audit {

struct AuditCursor {
    std::uint64_t seq = 0;
    LogPosition position;
};

[[nodiscard]] std::string to_text(const AuditCursor& cursor);
[[nodiscard]] Result<AuditCursor> parse_audit_cursor(std::string_view text);

}  // namespace mcpctl::audit
