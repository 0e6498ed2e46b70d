#include "agent/core/access.hpp"

#include <algorithm>
#include <array>
#include <format>
#include <string>
#include <utility>

namespace mcpctl {
namespace {

constexpr std::array rows{
    AccessRow{"Manager", "AddServer", Right::manage_definitions, AuditAction::add_server, Prompt::allowed,
              Reach::whole},
    AccessRow{"Manager", "RemoveServer", Right::manage_definitions, AuditAction::remove_server, Prompt::allowed,
              Reach::whole},
    AccessRow{"Manager", "AddProfile", Right::manage_definitions, AuditAction::add_profile, Prompt::allowed,
              Reach::whole},
    AccessRow{"Manager", "RemoveProfile", Right::manage_definitions, AuditAction::remove_profile, Prompt::allowed,
              Reach::whole},
    AccessRow{"Manager", "Start", Right::manage_instances, AuditAction::start},
    AccessRow{"Manager", "GetInstance", Right::view},
    AccessRow{"Manager", "GetProfile", Right::view},
    AccessRow{"Manager", "GetServer", Right::view, AuditAction::read, Prompt::allowed, Reach::whole},
    AccessRow{"Manager", "GetLogs", Right::read_logs},
    AccessRow{"Manager", "GetAudit", Right::read_logs, AuditAction::read, Prompt::allowed, Reach::whole},
    AccessRow{"Manager", "FollowAudit", Right::read_logs, AuditAction::read, Prompt::allowed, Reach::whole},
    AccessRow{"Manager", "CreateToken", Right::manage_tokens, AuditAction::create_token},
    AccessRow{"Manager", "RevokeToken", Right::manage_tokens, AuditAction::revoke_token},
    AccessRow{"Manager", "ListTokens", Right::manage_tokens},
    AccessRow{"Manager", "Authenticate", Right::authenticate, AuditAction::authenticate},
    AccessRow{"Manager", "SetSecret", Right::manage_secrets, AuditAction::set_secret},
    AccessRow{"Manager", "RemoveSecret", Right::manage_secrets, AuditAction::remove_secret},
    AccessRow{"Manager", "ListSecrets", Right::manage_secrets},
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
    AccessRow{"Profile", "GetEffectiveSettings", Right::manage_definitions},
    AccessRow{"Server", "GetDefinition", Right::manage_definitions, AuditAction::read, Prompt::allowed, Reach::whole},
    AccessRow{"Job", "Cancel", Right::manage_instances, AuditAction::cancel},
    AccessRow{"Job", "GetLastLines", Right::read_logs, AuditAction::read, Prompt::never},
};

bool holds(const Token& token, Right right) {
    switch (right) {
        case Right::view:
            return token.has(Scope::view);
        case Right::read_logs:
            return token.has(Scope::logs);
        case Right::open_sessions:
            return token.has(Scope::connect);
        case Right::manage_instances:
            return token.has(Scope::control);
        case Right::manage_definitions:
            return token.has(Scope::define);
        case Right::act_as_user:
        case Right::manage_secrets:
        case Right::manage_tokens:
        case Right::authenticate:
            return false;
    }
    std::unreachable();
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
        case Right::act_as_user:
            return "org.mcpctl.agent1.act-as-user";
        case Right::manage_secrets:
            return "org.mcpctl.agent1.manage-secrets";
        case Right::manage_tokens:
            return "org.mcpctl.agent1.manage-tokens";
        case Right::authenticate:
            return {};
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
    if (row->right == Right::authenticate) {
        return caller.is_bridge ? Access::allowed : Access::denied;
    }
    return caller.bus_name.empty() ? Access::denied : Access::by_policy;
}

Result<void> authorise_token(const Caller& caller, const AccessRow* row, std::string_view profile, bool may_define,
                             WallTime now) {
    const Token& token = caller.token->token;
    const auto denied = [](std::string reason) { return fail(ErrorCode::AccessDenied, std::move(reason)); };
    if (auto why = why_void(*caller.token, now)) {
        return denied(*std::move(why));
    }
    if (row == nullptr || !holds(token, row->right)) {
        return denied(std::format("the token {} is not for this", token.name));
    }
    if (row->right == Right::manage_definitions && !may_define) {
        return denied("tokens may not define servers here");
    }
    if (row->reach == Reach::whole && !token.profiles.empty()) {
        return denied(std::format("the token {} is for some profiles only", token.name));
    }
    if (row->reach == Reach::subject && !token.reaches(profile)) {
        return fail(ErrorCode::NotFound, "there is no such profile or instance");
    }
    return {};
}

Error denial(const Caller& caller, std::string_view operation, const AccessRow* row, std::string_view why) {
    std::string reason = std::format("user {} may not call {}", caller.uid, operation);
    if (!why.empty()) {
        reason += std::format(": {}", why);
    }
    const std::string_view action = row == nullptr ? std::string_view() : polkit_action(row->right);
    std::string hint = "root and members of the group mcpctl may";
    if (!action.empty()) {
        hint += std::format("; for others it takes a polkit rule for {}", action);
    }
    return {ErrorCode::AccessDenied, std::move(reason), {}, row == nullptr ? "" : std::move(hint)};
}

}  // namespace mcpctl
