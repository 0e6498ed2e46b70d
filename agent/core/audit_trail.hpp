// Port to the audit trail. The record of a change is written by the store, together with the change, and handed on from
// there; what changed nothing is told here alone.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "agent/core/audit_query.hpp"
#include "agent/core/log_source.hpp"

namespace mcpctl {

class AuditTrail {
  public:
    virtual ~AuditTrail() = default;

    // Numbered records that are stored. Once they have arrived for good `arrived` is called with the highest number up
    // to which that is so, and the store may forget them. Set once, before the first.
    virtual void add(std::vector<AuditRecord> records) = 0;
    virtual void on_arrived(std::function<void(std::uint64_t seq)> arrived) = 0;
    // The same for those that an earlier agent has left; `last` is the highest number ever given.
    virtual void resume(std::vector<AuditRecord> outbox, std::uint64_t last) = 0;

    // A call that was denied or refused. Never stored: it would be an fsync that anybody can have. What is alike is
    // counted together.
    virtual void tell(AuditRecord record) = 0;
    // Sends what is being counted, as well as that is possible at once: the agent ends.
    virtual void flush() = 0;
    // Numbered records on their way: the agent stays until they have arrived.
    [[nodiscard]] virtual std::size_t pending() const = 0;

    // Records as JSON objects, in the order of their numbers, each once (docs/audit.md). InvalidArgument for a bad
    // cursor.
    virtual Task<Result<LogPage>> page(AuditQuery query) = 0;
    // The reading end of a pipe on which records arrive as they are made, those that the query asks for first.
    // LimitsExceeded where too many follow already.
    virtual Task<Result<UniqueFd>> follow(AuditQuery query, Held held) = 0;
    [[nodiscard]] virtual std::size_t followers() const = 0;

    // Called when nothing is pending any more, and when a follower has gone. Set once.
    virtual void on_quiet(std::function<void()> quiet) = 0;
};

}  // namespace mcpctl
