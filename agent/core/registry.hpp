// The agent's state in memory, and who is told when it changes. Everything here is what the store holds plus what has
// been accepted and is on its way there.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/definitions.hpp"
#include "agent/core/health.hpp"
#include "agent/core/instance.hpp"
#include "agent/core/instance_state.hpp"
#include "agent/core/job.hpp"
#include "agent/core/session.hpp"

namespace mcpctl {

// Overrides what it wants to know.
class RegistryObserver {
  public:
    virtual ~RegistryObserver() = default;
    virtual void server_added(const ServerDefinition& /*server*/) {}
    virtual void server_removed(const std::string& /*name*/) {}
    virtual void profile_added(const ProfileDefinition& /*profile*/) {}
    virtual void profile_removed(const std::string& /*name*/) {}
    virtual void instance_added(const Instance& /*instance*/) {}
    virtual void instance_changed(const Instance& /*before*/, const Instance& /*now*/) {}
    virtual void instance_removed(const InstanceId& /*id*/) {}
    virtual void session_ended(const InstanceId& /*id*/, const SessionRecord& /*session*/) {}
    virtual void health_changed(const InstanceId& /*id*/, const HealthRecord& /*before*/, const HealthRecord& /*now*/) {
    }
    virtual void token_revoked(const std::string& /*name*/) {}
    virtual void job_added(const Job& /*job*/) {}
    virtual void job_changed(const Job& /*before*/, const Job& /*now*/) {}  // also when it ends
    virtual void job_forgotten(JobId /*id*/) {}
};

class Registry {
  public:
    void observe(RegistryObserver& observer);
    void unobserve(RegistryObserver& observer);

    // Lookups. Pointers are valid until the next change.
    [[nodiscard]] const ServerDefinition* server(std::string_view name) const;
    [[nodiscard]] const ProfileDefinition* profile(std::string_view name) const;
    [[nodiscard]] const Instance* instance(const InstanceId& id) const;
    [[nodiscard]] const Instance* instance_named(std::string_view name) const;
    [[nodiscard]] const Job* job(JobId id) const;
    // By name, id, or a prefix of at least four characters of the id that is unique.
    [[nodiscard]] Result<const Instance*> find_instance(std::string_view reference) const;
    // The job that works on the instance now: the oldest that has not ended.
    [[nodiscard]] const Job* active_job(const InstanceId& id) const;
    [[nodiscard]] std::vector<std::string> instances_of_profile(std::string_view profile) const;

    [[nodiscard]] const auto& servers() const { return servers_; }
    [[nodiscard]] const auto& profiles() const { return profiles_; }
    [[nodiscard]] const auto& instances() const { return instances_; }
    [[nodiscard]] const auto& jobs() const { return jobs_; }

    // Changes; each tells the observers.
    void put_server(ServerDefinition server);
    void remove_server(const std::string& name);
    void put_profile(ProfileDefinition profile);
    void remove_profile(const std::string& name);
    void put_instance(Instance instance);
    // The one way to change an instance's state. `details` may set what goes with it. False, and nothing is changed or
    // told, where the event has no meaning in the present state or the instance is gone.
    bool apply(const InstanceId& id, InstanceEvent event, const std::function<void(Instance&)>& details = {});
    void remove_instance(const InstanceId& id);
    // Of a stdio server: which standby is the oldest now; process 0 for none. Not stored: units and descriptors tell.
    void set_standby(const InstanceId& id, std::uint64_t process, const std::string& runtime_id);
    // Tells it; sessions are no records here.
    void session_ended(const InstanceId& id, const SessionRecord& session);
    // Tells it; the health monitor keeps it.
    void health_changed(const InstanceId& id, const HealthRecord& before, const HealthRecord& now);
    // Tells it; Tokens keeps them.
    void token_revoked(const std::string& name);
    void put_job(Job job);
    void update_job(JobId id, const std::function<void(Job&)>& change);
    void forget_job(JobId id);

  private:
    template <class... Parameters, class... Arguments>
    void tell(void (RegistryObserver::*event)(Parameters...), const Arguments&... arguments);
    template <class Map, class Value>
    void put(Map& map, Value value, void (RegistryObserver::*added)(const Value&),
             void (RegistryObserver::*changed)(const Value&, const Value&));

    std::vector<RegistryObserver*> observers_;
    std::map<std::string, ServerDefinition, std::less<>> servers_;
    std::map<std::string, ProfileDefinition, std::less<>> profiles_;
    std::map<InstanceId, Instance> instances_;
    std::map<std::string, InstanceId, std::less<>> instance_names_;
    std::map<JobId, Job> jobs_;
    std::set<std::pair<InstanceId, JobId>> open_jobs_;
};

}  // namespace mcpctl
