#include "agent/bus/calls.hpp"

namespace mcpctl::bus {
namespace {

std::map<std::string, std::string> policy_details(const Subject& subject, const Called& called) {
    std::map<std::string, std::string> details{{"operation", called.interface + "." + called.method}};
    const auto add = [&details](const char* key, const std::string& value) {
        if (!value.empty()) {
            details.emplace(key, value);
        }
    };
    add("instance", subject.name);
    add("profile", subject.profile);
    add("server", subject.server);
    return details;
}

}  // namespace

void audit_failure(const Context& context, const Called& called, const Caller& caller, const Error& error) {
    const AccessRow* row = access_row(called.interface, called.method);
    const AuditAction action = row == nullptr ? AuditAction::read : row->action;
    if (action == AuditAction::read && error.code != ErrorCode::AccessDenied) {
        return;
    }
    AuditRecord record = audit_of_failure(action, caller.actor(), error);
    Subject subject = subject_of(context.registry, called);
    record.instance = std::move(subject.instance);
    record.name = std::move(subject.name);
    record.profile = std::move(subject.profile);
    record.server = std::move(subject.server);
    context.audit.tell(std::move(record));
}

Result<Held> place_of_follower(const Context& context, const Caller& caller) {
    if (caller.is_bridge) {
        return Held();
    }
    return context.followers.enter(caller.uid).transform([](UserQuota::Place place) {
        return Held(std::make_shared<UserQuota::Place>(std::move(place)));
    });
}

Task<Result<void>> authorise(const Context& context, CallerSource& callers, Caller caller, Called called) {
    const AccessRow* row = access_row(called.interface, called.method);
    std::optional<AccessRow> other;
    if (row != nullptr && called.right) {
        other = *row;
        other->right = *called.right;
        row = &*other;
    }
    const std::string operation = called.interface + "." + called.method;
    if (caller.token) {
        auto allowed = authorise_token(caller, row, subject_of(context.registry, called).profile,
                                       context.tokens.may_define(), wall_time_now());
        if (allowed) {
            context.tokens.note_use(*caller.token);
        }
        co_return allowed;
    }
    switch (access_of(caller, row)) {
        case Access::allowed:
            co_return Result<void>();
        case Access::denied:
            co_return std::unexpected(denial(caller, operation, row));
        case Access::by_policy:
            break;
    }
    const auto granted =
        co_await callers.ask_policy({.bus_name = caller.bus_name,
                                     .user = caller.uid,
                                     .action = polkit_action(row->right),
                                     .interactive = called.interactive && row->prompt == Prompt::allowed,
                                     .details = policy_details(subject_of(context.registry, called), called)});
    if (!granted) {
        co_return std::unexpected(denial(caller, operation, row, granted.error().reason));
    }
    co_return granted;
}

}  // namespace mcpctl::bus
