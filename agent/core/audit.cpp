#include "agent/core/audit.hpp"

#include <utility>

namespace mcpctl {

AuditRecord audit_of(AuditAction action, const Actor& actor) {
    AuditRecord record;
    record.time = wall_time_now();
    record.action = action;
    record.actor = actor;
    return record;
}

AuditRecord audit_of(AuditAction action, const Actor& actor, const Instance& instance, JobId job) {
    AuditRecord record = audit_of(action, actor);
    record.instance = instance.id.text();
    record.name = instance.name;
    record.profile = instance.config.profile.name;
    record.server = instance.config.server.name;
    record.job = job;
    return record;
}

AuditRecord audit_of(AuditAction action, const Instance& instance, std::string reason) {
    AuditRecord record = audit_of(action, Actor{}, instance);
    record.reason = std::move(reason);
    return record;
}

AuditRecord audit_of_definition(AuditAction action, const Actor& actor, std::string server, std::string profile) {
    AuditRecord record = audit_of(action, actor);
    record.server = std::move(server);
    record.profile = std::move(profile);
    return record;
}

AuditRecord audit_of_failure(AuditAction action, const Actor& actor, const Error& error) {
    AuditRecord record = audit_of(action, actor);
    record.result = error.code == ErrorCode::AccessDenied ? AuditResult::denied : AuditResult::refused;
    record.error = name_of(error.code);
    record.reason = error.reason;
    return record;
}

}  // namespace mcpctl
