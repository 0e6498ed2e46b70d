#include "agent/core/auditor.hpp"

#include "agent/core/restart_counts.hpp"

namespace mcpctl {

void Auditor::instance_changed(const Instance& before, const Instance& now) {
    if (now.state == InstanceState::failed) {
        if (before.state != InstanceState::failed) {
            store_.commit_later({audit_of(AuditAction::fail, now, now.reason.text)});
        }
    } else if (const std::uint32_t restarts = restarts_between(before, now); restarts > 0) {
        AuditRecord record = audit_of(AuditAction::retry, now, now.reason.text);
        record.count = restarts;
        store_.commit_later({std::move(record)});
    }
}

void Auditor::session_ended(const InstanceId& id, const SessionRecord& session) {
    if (const Instance* instance = registry_.instance(id)) {
        AuditRecord record = audit_of(AuditAction::end_session, *instance, session.reason.text);
        record.session = process_text(session.process);
        store_.commit_later({std::move(record)});
    }
}

void Auditor::health_changed(const InstanceId& id, const HealthRecord& before, const HealthRecord& now) {
    const Instance* instance = registry_.instance(id);
    if (instance != nullptr && before.alert != now.alert) {
        store_.commit_later({now.alert ? audit_of(AuditAction::raise_alert, *instance, now.reason)
                                       : audit_of(AuditAction::clear_alert, *instance, before.reason)});
    }
}

}  // namespace mcpctl
