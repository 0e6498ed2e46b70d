#include "agent/core/access.hpp"

#include <algorithm>
#include <array>
#include <format>
#include <string>
#include <utility>

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
    AccessRow{"Instance", "GetConfiguration", Right::manage_definitions},
    AccessRow{"Instance", "GetWorkloads", Right::view},
    AccessRow{"Instance", "GetFailureLog", Right::read_logs, AuditAction::read, Prompt::never},
    AccessRow{"Instance", "CheckHealth", Right::view},
    AccessRow{"Instance", "GetHealthHistory", Right::view},
    AccessRow{"Instance", "GetStatistics", Right::view},
    AccessRow{"Instance", "GetLogs", Right::read_logs},
    AccessRow{"Instance", "FollowLogs", Right::read_logs},
    AccessRow{"Profile", "GetDefinition", Right::manage_definitions},
    AccessRow{"Server", "GetDefinition", Right::manage_definitions},
    AccessRow{"Job", "Cancel", Right::manage_instances, AuditAction::cancel},
    AccessRow{"Job", "GetLastLines", Right::read_logs, AuditAction::read, Prompt::never},
};

}  // namespace

std::span<const AccessRow> access_table() {
    return rows;
}

const AccessRow* access_row(std::string_view interface, std::string_view method) {
    const auto* row = std::ranges::find_if(
        rows, [&](const AccessRow& each) { return each.interface == interface && each.method == method; });
    return row == rows.end() ? nullptr : row;
}

std::string_view polkit_action(Right right) {
    switch (right) {
        case Right::view:
            return {};
        case Right::read_logs:
            return "org.mcpctl.agent1.read-logs";
        case Right::open_sessions:
            return "org.mcpctl.agent1.open-sessions";
        case Right::manage_instances:
            return "org.mcpctl.agent1.manage-instances";
        case Right::manage_definitions:
            return "org.mcpctl.agent1.manage-definitions";
    }
    std::unreachable();
}

Access access_of(const Caller& caller, const AccessRow* row) {
    if (row == nullptr) {
        return Access::denied;
    }
    if (caller.uid == 0 || caller.in_group || row->right == Right::view) {
        return Access::allowed;
    }
    return caller.bus_name.empty() ? Access::denied : Access::by_policy;
}

Error denial(const Caller& caller, std::string_view interface, std::string_view method, std::string_view why) {
    const AccessRow* row = access_row(interface, method);
    std::string reason = std::format("user {} may not call {}.{}", caller.uid, interface, method);
    if (!why.empty()) {
        reason += std::format(": {}", why);
    }
    return {ErrorCode::AccessDenied, std::move(reason), {},
            row == nullptr ? "" : std::format("root and members of the group mcpctl may; for others it takes a polkit rule for {}",
                                              polkit_action(row->right))};
}

}  // namespace mcpctl
