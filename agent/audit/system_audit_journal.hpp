// The audit trail in the system's journal.
#pragma once

#include "agent/audit/audit_journal.hpp"

namespace mcpctl::audit {

// Of the unit that this process runs in: under another one, as in a developer's shell, it finds what it has sent.
[[nodiscard]] std::unique_ptr<AuditJournal> open_system_audit_journal();

}  // namespace mcpctl::audit
