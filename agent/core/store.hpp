// Port to the store. The core keeps everything in memory; the store makes it survive.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "agent/core/definitions.hpp"
#include "agent/core/instance.hpp"
#include "agent/core/job.hpp"
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
// Putting replaces what has the same name or id.
using Change = std::variant<ServerDefinition, ProfileDefinition, Instance, Job, RemoveServer, RemoveProfile,
                            RemoveInstance, RemoveJob>;
using Changes = std::vector<Change>;

// All that is stored, as read at start.
struct StoredState {
    std::string installation_id;  // 32 hex digits, made with the store
    std::string boot_id;          // of the boot in which the store was last used, empty when new
    JobId last_job = 0;           // the highest number ever given
    std::vector<ServerDefinition> servers;
    std::vector<ProfileDefinition> profiles;
    std::vector<Instance> instances;
    std::vector<Job> jobs;
};

class Store {
  public:
    virtual ~Store() = default;

    // Makes all changes in one transaction, or none. Returns when they are on the disk. Transactions happen in the
    // order of the calls of commit() and commit_later() together.
    virtual Task<Result<void>> commit(Changes changes) = 0;
    // The same without waiting, for outcomes that a reconciliation could find again. A failure is logged by the store.
    virtual void commit_later(Changes changes) = 0;
};

}  // namespace mcpctl
