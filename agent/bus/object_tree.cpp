#include "agent/bus/object_tree.hpp"

#include <format>

#include "agent/bus/definition_objects.hpp"
#include "agent/bus/instance_object.hpp"
#include "agent/bus/job_object.hpp"
#include "agent/bus/manager_object.hpp"
#include "base/journal.hpp"

namespace mcpctl::bus {

ObjectTree::ObjectTree(dbus::ConnectionLoop& loop, const Context& context, std::unique_ptr<CallerSource> callers)
    : loop_(loop),
      context_(context),
      calls_(context, std::move(callers)),
      manager_(std::make_unique<ManagerObject>(loop.connection(), context, calls_)) {
    for (const auto& [name, server] : context.registry.servers()) {
        add(servers_, name, server);
    }
    for (const auto& [name, profile] : context.registry.profiles()) {
        add(profiles_, name, profile);
    }
    for (const auto& [id, instance] : context.registry.instances()) {
        add(instances_, id, instance);
    }
    for (const auto& [id, job] : context.registry.jobs()) {
        add(jobs_, id, job);
    }
    context.registry.observe(*this);
}

ObjectTree::~ObjectTree() {
    context_.registry.unobserve(*this);
}

// A connection may break at any moment; its own loop deals with that. Nothing of it reaches the core.
void ObjectTree::emit(const std::function<void()>& signals) {
    try {
        signals();
        loop_.flush();
    } catch (const sdbus::Error& error) {
        log::debug(std::format("a signal was not sent: {}", error.getMessage()));
    }
}

template <class Objects, class Key, class Value>
void ObjectTree::add(Objects& objects, const Key& key, const Value& value) {
    using Object = Objects::mapped_type::element_type;
    objects[key] = std::make_unique<Object>(loop_.connection(), context_, calls_, value);
}

template <class Objects, class Key>
void ObjectTree::announce(Objects& objects, const Key& key) {
    using Object = Objects::mapped_type::element_type;
    emit([&] { objects.at(key)->emitInterfacesAddedSignal({sdbus::InterfaceName(Object::INTERFACE_NAME)}); });
}

template <class Objects, class Key>
void ObjectTree::remove(Objects& objects, const Key& key) {
    using Object = Objects::mapped_type::element_type;
    emit([&] { objects.at(key)->emitInterfacesRemovedSignal({sdbus::InterfaceName(Object::INTERFACE_NAME)}); });
    objects.erase(key);
}

void ObjectTree::server_added(const ServerDefinition& server) {
    add(servers_, server.name, server);
    announce(servers_, server.name);
}

void ObjectTree::server_removed(const std::string& name) {
    remove(servers_, name);
}

void ObjectTree::profile_added(const ProfileDefinition& profile) {
    add(profiles_, profile.name, profile);
    announce(profiles_, profile.name);
}

void ObjectTree::profile_removed(const std::string& name) {
    remove(profiles_, name);
}

void ObjectTree::instance_added(const Instance& instance) {
    add(instances_, instance.id, instance);
    announce(instances_, instance.id);
}

void ObjectTree::instance_changed(const Instance& instance) {
    emit([&] { instances_.at(instance.id)->changed(instance); });
}

void ObjectTree::instance_removed(const InstanceId& id) {
    remove(instances_, id);
}

void ObjectTree::job_added(const Job& job) {
    add(jobs_, job.id, job);
    announce(jobs_, job.id);
    emit([&] { manager_->job_new(job); });
}

void ObjectTree::job_changed(const Job& job) {
    emit([&] {
        jobs_.at(job.id)->changed(job);
        if (job.ended()) {
            manager_->job_removed(job);
        }
    });
}

void ObjectTree::job_forgotten(JobId id) {
    remove(jobs_, id);
}

}  // namespace mcpctl::bus
