// Who may do what: one row per operation. A method of the contract without a row is denied to everybody, and a test
// walks the contract for gaps.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "agent/core/audit.hpp"
#include "base/error.hpp"

namespace mcpctl {

enum class Right : std::uint8_t {
    view,
    read_logs,
    open_sessions,
    manage_instances,
    manage_definitions,
    read_configuration,
};

// As the kernel or the bus daemon vouches for the caller.
struct Caller {
    uid_t uid = uid_t(-1);
    pid_t pid = 0;          // for records only: it may have ended and its number be somebody else's by now
    bool in_group = false;  // of the group mcpctl, which is equivalent to root
    AuditVia via = AuditVia::socket;

    [[nodiscard]] Actor actor() const { return {uid, via}; }
};

struct AccessRow {
    std::string_view interface;  // last part of the D-Bus interface name
    std::string_view method;
    Right right;
    AuditAction action = AuditAction::read;  // what it is in the audit trail
};

[[nodiscard]] std::span<const AccessRow> access_table();
// Null where there is none.
[[nodiscard]] const AccessRow* access_row(std::string_view interface, std::string_view method);

[[nodiscard]] Result<void> authorise(const Caller& caller, std::string_view interface, std::string_view method);

}  // namespace mcpctl
