// What GetAudit and FollowAudit are asked for.
#pragma once

#include "agent/bus/options.hpp"
#include "agent/core/audit_query.hpp"

namespace mcpctl::bus {

[[nodiscard]] Result<AuditQuery> audit_page_query(OptionMap options);
[[nodiscard]] Result<AuditQuery> audit_follow_query(OptionMap options);

}  // namespace mcpctl::bus
