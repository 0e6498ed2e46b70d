#include "agent/bus/calls.hpp"

#include "dbus/names.hpp"

namespace mcpctl::bus {

void audit_failure(const Context& context, const Called& called, const Caller& caller, const Error& error) {
    const AccessRow* row = access_row(called.interface, called.method);
    const AuditAction action = row == nullptr ? AuditAction::read : row->action;
    if (action == AuditAction::read && error.code != ErrorCode::AccessDenied) {
        return;
    }
    AuditRecord record = audit_of_failure(action, caller.actor(), error);
    if (const auto hex = dbus::name_at("instance", called.path.c_str())) {
        const auto id = InstanceId::parse(*hex);
        const Instance* instance = id ? context.registry.instance(*id) : nullptr;
        if (instance != nullptr) {
            record.instance = instance->id.text();
            record.name = instance->name;
            record.profile = instance->config.profile.name;
            record.server = instance->config.server.name;
        }
    }
    context.audit.tell(std::move(record));
}

}  // namespace mcpctl::bus
