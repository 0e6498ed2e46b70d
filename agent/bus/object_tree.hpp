// All objects of the contract on one connection: the bus, or one peer. It follows the registry.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "agent/bus/calls.hpp"
#include "agent/bus/context.hpp"
#include "agent/core/registry.hpp"
#include "dbus/connection_loop.hpp"

namespace mcpctl::bus {

class ManagerObject;
class InstanceObject;
class ServerObject;
class ProfileObject;
class JobObject;

class ObjectTree final : public RegistryObserver {
  public:
    ObjectTree(dbus::ConnectionLoop& loop, const Context& context, std::unique_ptr<CallerSource> callers);
    ObjectTree(const ObjectTree&) = delete;
    ObjectTree& operator=(const ObjectTree&) = delete;
    ~ObjectTree() override;

    // Method calls without an answer yet.
    [[nodiscard]] bool calls_under_way() const { return !calls_.empty(); }

    void server_added(const ServerDefinition& server) override;
    void server_removed(const std::string& name) override;
    void profile_added(const ProfileDefinition& profile) override;
    void profile_removed(const std::string& name) override;
    void instance_added(const Instance& instance) override;
    void instance_changed(const Instance& instance) override;
    void instance_removed(const InstanceId& id) override;
    void job_added(const Job& job) override;
    void job_changed(const Job& job) override;
    void job_forgotten(JobId id) override;

  private:
    void emit(const std::function<void()>& signals);
    template <class Objects, class Key, class Value>
    void add(Objects& objects, const Key& key, const Value& value);
    template <class Objects, class Key>
    void announce(Objects& objects, const Key& key);
    template <class Objects, class Key>
    void remove(Objects& objects, const Key& key);

    dbus::ConnectionLoop& loop_;
    const Context& context_;
    Calls calls_;
    std::unique_ptr<ManagerObject> manager_;
    std::map<std::string, std::unique_ptr<ServerObject>> servers_;
    std::map<std::string, std::unique_ptr<ProfileObject>> profiles_;
    std::map<InstanceId, std::unique_ptr<InstanceObject>> instances_;
    std::map<JobId, std::unique_ptr<JobObject>> jobs_;
};

}  // namespace mcpctl::bus
