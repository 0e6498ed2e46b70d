// Port to the store. The core keeps everything in memory; the store makes it survive.
#pragma once

#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "agent/core/audit.hpp"
#include "agent/core/definitions.hpp"
#include "agent/core/instance.hpp"
#include "agent/core/job.hpp"
#include "agent/core/token.hpp"
#include "base/async.hpp"

namespace mcpctl {

struct RemoveServer {
    std::string name;
};
struct RemoveProfile {
    std::string name;
};
struct RemoveInstance {
    InstanceId id;
};
struct RemoveJob {
    JobId id;
};
// All that should run since this boot has been asked for.
struct BootRestored {
    std::string boot;
};
struct RemoveToken {
    std::string name;
};
// Records of the audit trail up to this number have arrived in the journal.
struct AuditArrived {
    std::uint64_t seq = 0;
};
// Putting replaces what has the same name or id. An audit record gets the next number.
using Change = std::variant<ServerDefinition, ProfileDefinition, Instance, Job, Token, RemoveServer, RemoveProfile,
                            RemoveInstance, RemoveJob, RemoveToken, BootRestored, AuditRecord, AuditArrived>;
using Changes = std::vector<Change>;

// All that is stored, as read at start.
struct StoredState {
    std::string installation_id;  // 32 hex digits, made with the store
    std::string boot;             // the latest BootRestored, empty when new
    JobId last_job = 0;           // the highest number ever given
    std::vector<ServerDefinition> servers;
    std::vector<ProfileDefinition> profiles;
    std::vector<Instance> instances;
    std::vector<Job> jobs;
    std::vector<Token> tokens;
    std::uint64_t last_audit = 0;     // the highest number ever given
    std::vector<AuditRecord> outbox;  // that have not arrived in the journal, in the order of their numbers
};

// Of the records that have not arrived, the oldest beyond this, or a little more, are given up: the trail shows how
// many are missing.
constexpr std::uint64_t most_in_outbox = 100'000;

class Store {
  public:
    virtual ~Store() = default;

    // Makes all changes in one transaction, or none. Returns when they are on the disk. Transactions happen in the
    // order of the calls of commit() and commit_later() together.
    virtual Task<Result<void>> commit(Changes changes) = 0;
    // The same without waiting, for outcomes that a reconciliation could find again. A failure is logged by the store.
    virtual void commit_later(Changes changes) = 0;

    // Called with every audit record when it is on the disk, before the commit that it was part of returns. Set once,
    // before the first commit.
    virtual void on_audited(std::function<void(std::vector<AuditRecord>)> audited) = 0;
};

}  // namespace mcpctl
