#include "agent/audit/audit_text.hpp"

#include <format>

#include "agent/core/enum_names.hpp"
#include "base/message_ids.hpp"

namespace mcpctl::audit {
namespace {

struct ActionId {
    AuditAction action;
    std::string_view id;
};

constexpr std::array ids{
    ActionId{AuditAction::add_server, message_id::audit_add_server},
    ActionId{AuditAction::remove_server, message_id::audit_remove_server},
    ActionId{AuditAction::add_profile, message_id::audit_add_profile},
    ActionId{AuditAction::remove_profile, message_id::audit_remove_profile},
    ActionId{AuditAction::start, message_id::audit_start},
    ActionId{AuditAction::stop, message_id::audit_stop},
    ActionId{AuditAction::restart, message_id::audit_restart},
    ActionId{AuditAction::cancel, message_id::audit_cancel},
    ActionId{AuditAction::open_session, message_id::audit_open_session},
    ActionId{AuditAction::close_session, message_id::audit_close_session},
    ActionId{AuditAction::create_token, message_id::audit_create_token},
    ActionId{AuditAction::revoke_token, message_id::audit_revoke_token},
    ActionId{AuditAction::authenticate, message_id::audit_authenticate},
    ActionId{AuditAction::set_secret, message_id::audit_set_secret},
    ActionId{AuditAction::remove_secret, message_id::audit_remove_secret},
    ActionId{AuditAction::adopt, message_id::audit_adopt},
    ActionId{AuditAction::restore, message_id::audit_restore},
    ActionId{AuditAction::retry, message_id::audit_retry},
    ActionId{AuditAction::fail, message_id::audit_fail},
    ActionId{AuditAction::remove, message_id::audit_remove},
    ActionId{AuditAction::end_session, message_id::audit_end_session},
    ActionId{AuditAction::raise_alert, message_id::audit_raise_alert},
    ActionId{AuditAction::clear_alert, message_id::audit_clear_alert},
    ActionId{AuditAction::end_orphan, message_id::audit_end_orphan},
    ActionId{AuditAction::restore_store, message_id::audit_restore_store},
};

// What it was done to: the instance where there is one.
std::string_view subject_of(const AuditRecord& record) {
    const bool of_server = record.action == AuditAction::add_server || record.action == AuditAction::remove_server;
    for (const std::string* subject : {&record.name, &record.instance, of_server ? &record.server : &record.profile}) {
        if (!subject->empty()) {
            return *subject;
        }
    }
    return {};
}

}  // namespace

std::string_view message_id_of(const AuditRecord& record) {
    if (record.result != AuditResult::allowed) {
        return record.result == AuditResult::denied ? message_id::audit_denied : message_id::audit_refused;
    }
    const auto* row = std::ranges::find(ids, record.action, &ActionId::action);
    return row == ids.end() ? message_id::audit_denied : row->id;
}

std::string text_of(const AuditRecord& record, std::string_view actor) {
    std::string text = std::format("{}: {}", actor, spelt(record.action));
    if (const auto subject = subject_of(record); !subject.empty()) {
        text.append(" ").append(subject);
    }
    if (!record.session.empty()) {
        text.append(" ").append(record.session);
    }
    if (record.result != AuditResult::allowed) {
        text.append(" ").append(spelt(record.result));
    }
    if (record.count > 1) {
        text.append(std::format(", {} times", record.count));
    }
    if (!record.reason.empty()) {
        text.append(": ").append(record.reason);
    }
    return text;
}

}  // namespace mcpctl::audit
