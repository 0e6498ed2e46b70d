// A page of the audit trail. Reads files: for a worker thread.
#pragma once

#include "agent/audit/audit_cursor.hpp"
#include "agent/core/audit_query.hpp"
#include "agent/core/log_source.hpp"

namespace mcpctl::audit {

[[nodiscard]] Result<LogPage> read_audit_page(const OpenAuditJournal& open, const AuditQuery& query,
                                              PendingRecords pending);

// Nothing where the query has none; the error says what is wrong.
[[nodiscard]] Result<std::optional<AuditCursor>> cursor_in(const AuditQuery& query);

}  // namespace mcpctl::audit
