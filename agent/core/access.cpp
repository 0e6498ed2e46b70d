#include "agent/core/access.hpp"

#include <algorithm>
#include <array>
#include <format>
#include <string>

namespace mcpctl {
namespace {

constexpr std::array rows{
    AccessRow{"Manager", "AddServer", Right::manage_definitions, AuditAction::add_server},
    AccessRow{"Manager", "RemoveServer", Right::manage_definitions, AuditAction::remove_server},
    AccessRow{"Manager", "AddProfile", Right::manage_definitions, AuditAction::add_profile},
    AccessRow{"Manager", "RemoveProfile", Right::manage_definitions, AuditAction::remove_profile},
    AccessRow{"Manager", "Start", Right::manage_instances, AuditAction::start},
    AccessRow{"Manager", "GetInstance", Right::view},
    AccessRow{"Manager", "GetProfile", Right::view},
    AccessRow{"Manager", "GetServer", Right::view},
    AccessRow{"Manager", "GetLogs", Right::read_logs},
    AccessRow{"Manager", "GetAudit", Right::read_logs},
    AccessRow{"Manager", "FollowAudit", Right::read_logs},
    AccessRow{"Instance", "Stop", Right::manage_instances, AuditAction::stop},
    AccessRow{"Instance", "Restart", Right::manage_instances, AuditAction::restart},
    AccessRow{"Instance", "OpenSession", Right::open_sessions, AuditAction::open_session},
    AccessRow{"Instance", "CloseSession", Right::open_sessions, AuditAction::close_session},
    AccessRow{"Instance", "ListSessions", Right::view},
    AccessRow{"Instance", "GetConfiguration", Right::read_configuration},
    AccessRow{"Instance", "GetWorkloads", Right::view},
    AccessRow{"Instance", "GetFailureLog", Right::read_configuration},
    AccessRow{"Instance", "CheckHealth", Right::view},
    AccessRow{"Instance", "GetHealthHistory", Right::view},
    AccessRow{"Instance", "GetStatistics", Right::view},
    AccessRow{"Instance", "GetLogs", Right::read_logs},
    AccessRow{"Instance", "FollowLogs", Right::read_logs},
    AccessRow{"Profile", "GetDefinition", Right::read_configuration},
    AccessRow{"Server", "GetDefinition", Right::read_configuration},
    AccessRow{"Job", "Cancel", Right::manage_instances, AuditAction::cancel},
    AccessRow{"Job", "GetLastLines", Right::read_configuration},
};

// Until polkit decides for ordinary users, every right is root's and the group's, and nobody else's.
bool holds(const Caller& caller, Right /*right*/) {
    return caller.uid == 0 || caller.in_group;
}

}  // namespace

std::span<const AccessRow> access_table() {
    return rows;
}

const AccessRow* access_row(std::string_view interface, std::string_view method) {
    const auto* row = std::ranges::find_if(
        rows, [&](const AccessRow& each) { return each.interface == interface && each.method == method; });
    return row == rows.end() ? nullptr : row;
}

Result<void> authorise(const Caller& caller, std::string_view interface, std::string_view method) {
    if (const AccessRow* row = access_row(interface, method); row != nullptr && holds(caller, row->right)) {
        return {};
    }
    return fail(ErrorCode::AccessDenied, std::format("user {} may not call {}.{}", caller.uid, interface, method), {},
                "call it as root or as a member of the group mcpctl");
}

}  // namespace mcpctl
