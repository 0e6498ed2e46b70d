// A record as fields of a journal entry, and back. docs/audit.md describes them.
#pragma once

#include <string>
#include <string_view>

#include "agent/audit/audit_journal.hpp"

namespace mcpctl::audit {

// In journald's native protocol. Text from outside is made harmless, and cut.
[[nodiscard]] std::string journal_entry_of(const AuditRecord& record, std::string_view actor,
                                           std::string_view installation);

// Takes "NAME=value" as it stands in the journal; what it does not know it leaves alone.
void take_field(AuditEntry& entry, std::string_view field);

}  // namespace mcpctl::audit
