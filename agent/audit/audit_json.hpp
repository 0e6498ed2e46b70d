// Records as JSON objects, one a line, as docs/audit.md has them. Members that lines of logs have too mean the same.
#pragma once

#include <string>

#include "agent/audit/audit_cursor.hpp"

namespace mcpctl::audit {

// Numbers that no record in the journal has.
struct AuditGap {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    WallTime time = 0;       // when it was noticed: of the record behind it
    bool uncertain = false;  // the store was restored behind it: perhaps nothing is missing
};

void append_json(std::string& out, const AuditEntry& entry, const AuditCursor& behind);
void append_json(std::string& out, const AuditGap& gap, const AuditCursor& behind);

}  // namespace mcpctl::audit
