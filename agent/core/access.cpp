#include "agent/core/access.hpp"

#include <array>
#include <format>
#include <string>

namespace mcpctl {
namespace {

constexpr std::array rows{
    AccessRow{"Manager", "AddServer", Right::manage_definitions},
    AccessRow{"Manager", "RemoveServer", Right::manage_definitions},
    AccessRow{"Manager", "AddProfile", Right::manage_definitions},
    AccessRow{"Manager", "RemoveProfile", Right::manage_definitions},
    AccessRow{"Manager", "Start", Right::manage_instances},
    AccessRow{"Manager", "GetInstance", Right::view},
    AccessRow{"Manager", "GetProfile", Right::view},
    AccessRow{"Manager", "GetServer", Right::view},
    AccessRow{"Instance", "Stop", Right::manage_instances},
    AccessRow{"Instance", "Restart", Right::manage_instances},
    AccessRow{"Instance", "GetConfiguration", Right::read_configuration},
    AccessRow{"Instance", "GetWorkloads", Right::view},
    AccessRow{"Instance", "GetFailureLog", Right::read_configuration},
    AccessRow{"Profile", "GetDefinition", Right::read_configuration},
    AccessRow{"Server", "GetDefinition", Right::read_configuration},
    AccessRow{"Job", "Cancel", Right::manage_instances},
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

Result<void> authorise(const Caller& caller, std::string_view interface, std::string_view method) {
    for (const AccessRow& row : rows) {
        if (row.interface == interface && row.method == method && holds(caller, row.right)) {
            return {};
        }
    }
    return fail(ErrorCode::AccessDenied, std::format("user {} may not call {}.{}", caller.uid, interface, method), {},
                "call it as root or as a member of the group mcpctl");
}

}  // namespace mcpctl
