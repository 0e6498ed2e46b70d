// Who may do what: one row per operation. A method of the contract without a row is denied to everybody, and a test
// walks the contract for gaps.
//
// Root and members of the group mcpctl hold every right. What is public needs none. About anybody else on the system
// bus polkit decides; on the agent's own socket, where polkit could not tell callers apart, nobody else has a right.
// A connection that has shown a token has what the token is for, and no more.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "agent/core/audit.hpp"
#include "agent/core/tokens.hpp"
#include "base/error.hpp"

namespace mcpctl {

enum class Right : std::uint8_t {
    view,  // public
    read_logs,
    open_sessions,
    manage_instances,
    manage_definitions,  // and read them: they hold commands and environments
    act_as_user,         // define what runs as a user of this machine; beside manage_definitions
    manage_secrets,
    manage_tokens,
    authenticate,  // show a token: the bridge does that for remote callers
};

// As the kernel or the bus daemon vouches for the caller.
struct Caller {
    uid_t uid = uid_t(-1);
    pid_t pid = 0;          // for records only: it may have ended and its number be somebody else's by now
    bool in_group = false;  // of the group mcpctl, which is equivalent to root
    AuditVia via = AuditVia::socket;
    std::string bus_name = {};  // unique, never given twice; empty on the agent's own socket
    bool is_bridge = false;     // the user of the HTTP bridge
    // What the connection has shown: from then on that alone counts, whoever made the connection.
    std::shared_ptr<const GrantedToken> token = {};

    [[nodiscard]] Actor actor() const { return {uid, via, token ? token->token.name : ""}; }
};

enum class Prompt : std::uint8_t {
    allowed,  // polkit may ask somebody for a password, where the caller lets it
    never,    // read by the way: a password is not asked for that
};

// What it means that a token is for some profiles only.
enum class Reach : std::uint8_t {
    subject,  // the profile that the call is about must be one of them; otherwise it is as if it were not there
    whole,    // concerns all of them: not for such a token
};

struct AccessRow {
    std::string_view interface;  // last part of the D-Bus interface name
    std::string_view method;
    Right right;
    AuditAction action = AuditAction::read;  // what it is in the audit trail
    Prompt prompt = Prompt::allowed;
    Reach reach = Reach::subject;
};

[[nodiscard]] std::span<const AccessRow> access_table();
// Null where there is none.
[[nodiscard]] const AccessRow* access_row(std::string_view interface, std::string_view method);

// The polkit action that grants a right to others; empty for what is public.
[[nodiscard]] std::string_view polkit_action(Right right);

enum class Access : std::uint8_t {
    allowed,
    denied,
    by_policy,  // polkit decides
};

// `row` is null for what has no row. For callers without a token.
[[nodiscard]] Access access_of(const Caller& caller, const AccessRow* row);

// A call over a connection that has shown a token. `profile` is that of what the call is about, empty where it is about
// none or about something that is not there. AccessDenied where the token is void or not for this; NotFound where it is
// for other profiles.
[[nodiscard]] Result<void> authorise_token(const Caller& caller, const AccessRow* row, std::string_view profile,
                                           bool may_define, WallTime now);

// What polkit is asked. Its rules can look the details up.
struct PolicyQuestion {
    std::string bus_name;  // of the caller
    uid_t user = 0;        // who he is
    std::string_view action;
    bool interactive = false;  // somebody may be asked for a password
    std::map<std::string, std::string> details;
};

// `operation`: "Manager.Start"; `row`: its row, null where it has none. `why` it was denied, where more is known than
// that nobody granted it.
[[nodiscard]] Error denial(const Caller& caller, std::string_view operation, const AccessRow* row,
                           std::string_view why = {});

}  // namespace mcpctl
