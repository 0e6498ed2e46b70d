// What is asked of the audit trail.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "agent/core/audit.hpp"

namespace mcpctl {

struct AuditQuery {
    std::optional<std::uint64_t> tail = {};  // the last so many records
    std::string cursor = {};                 // only what comes behind this record
    WallTime since = 0;                      // what happened not before; 0: the beginning
    WallTime until = 0;                      // what happened not after; 0: the end
    std::string instance = {};               // its name, its id, or the beginning of its id
    std::string actor = {};                  // user name or number
    std::optional<AuditAction> action = {};
    std::optional<AuditResult> result = {};
    std::size_t limit = 1000;  // records in a page
};

}  // namespace mcpctl
