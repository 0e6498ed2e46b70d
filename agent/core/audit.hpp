// Who did what, or was not allowed to: what one record of the audit trail says. What is done to them, from the store to
// the journal, is in agent/audit; docs/audit.md has the fields.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "agent/core/ids.hpp"
#include "agent/core/instance.hpp"
#include "base/error.hpp"

namespace mcpctl {

enum class AuditAction : std::uint8_t {
    add_server,
    remove_server,
    add_profile,
    remove_profile,
    start,
    stop,
    restart,
    cancel,
    open_session,
    close_session,
    create_token,
    revoke_token,
    authenticate,  // a connection showed a token
    set_secret,
    remove_secret,
    read,  // of what not everybody may read; only where it was denied

    // What the agent does by itself, or sees happen.
    adopt,        // it was started and found the instance running
    restore,      // it was started after a reboot and starts the instance again
    retry,        // the server ended and its runtime starts it again, as its restart policy says
    fail,         // the server ended and is not started again
    remove,       // the instance is gone: its stop is done, or its start has failed
    end_session,  // a session has ended
    raise_alert,
    clear_alert,
    end_orphan,     // a workload without a record was ended
    restore_store,  // the store was damaged: some records of this trail may be missing
};

enum class AuditResult : std::uint8_t {
    allowed,  // and done, or its job accepted
    refused,  // the caller may do this, but it could not be done; the error says why
    denied,   // the caller may not do this
};

enum class AuditVia : std::uint8_t { agent, bus, socket };

// On whose behalf; by default the agent's own.
struct Actor {
    uid_t uid = 0;
    AuditVia via = AuditVia::agent;
    std::string token = {};  // with which it was done

    friend bool operator==(const Actor&, const Actor&) = default;
};

struct AuditRecord {
    // Given by the store, without gaps, and never again. 0: none, because nothing was changed.
    std::uint64_t seq = 0;
    WallTime time = 0;
    AuditAction action = AuditAction::read;
    AuditResult result = AuditResult::allowed;
    std::string error = {};  // the name of its code, for what was refused
    Actor actor = {};
    std::string instance = {};  // id
    std::string name = {};      // of the instance
    std::string profile = {};
    std::string server = {};
    JobId job = 0;
    std::string session = {};
    std::uint64_t count = 1;  // alike, counted together
    std::string reason = {};

    friend bool operator==(const AuditRecord&, const AuditRecord&) = default;
};

// Of now, allowed.
[[nodiscard]] AuditRecord audit_of(AuditAction action, const Actor& actor);
[[nodiscard]] AuditRecord audit_of(AuditAction action, const Actor& actor, const Instance& instance, JobId job = 0);
// What the agent does by itself.
[[nodiscard]] AuditRecord audit_of(AuditAction action, const Instance& instance, std::string reason = {});
[[nodiscard]] AuditRecord audit_of_definition(AuditAction action, const Actor& actor, std::string server,
                                              std::string profile);
// A call that came to nothing.
[[nodiscard]] AuditRecord audit_of_failure(AuditAction action, const Actor& actor, const Error& error);

}  // namespace mcpctl
