#include "agent/core/registry.hpp"

#include <algorithm>
#include <format>
#include <utility>

#include "base/shown.hpp"

namespace mcpctl {
namespace {

constexpr std::size_t shortest_prefix = 4;

template <class Map, class Key>
auto* lookup(Map& map, const Key& key) {
    const auto position = map.find(key);
    return position == map.end() ? nullptr : &position->second;
}

}  // namespace

template <class... Parameters, class... Arguments>
void Registry::tell(void (RegistryObserver::*event)(Parameters...), const Arguments&... arguments) {
    // An observer may leave while it is told, for example a connection that breaks.
    const auto told = observers_;
    for (RegistryObserver* observer : told) {
        if (std::ranges::contains(observers_, observer)) {
            (observer->*event)(arguments...);
        }
    }
}

template <class Map, class Value>
void Registry::put(Map& map, Value value, void (RegistryObserver::*added)(const Value&),
                   void (RegistryObserver::*changed)(const Value&, const Value&)) {
    const auto [position, is_new] = map.try_emplace(value.id);
    const Value before = std::exchange(position->second, std::move(value));
    if (is_new) {
        tell(added, position->second);
    } else {
        tell(changed, before, position->second);
    }
}

void Registry::observe(RegistryObserver& observer) {
    observers_.push_back(&observer);
}

void Registry::unobserve(RegistryObserver& observer) {
    std::erase(observers_, &observer);
}

const ServerDefinition* Registry::server(std::string_view name) const {
    return lookup(servers_, name);
}

const ProfileDefinition* Registry::profile(std::string_view name) const {
    return lookup(profiles_, name);
}

const Instance* Registry::instance(const InstanceId& id) const {
    return lookup(instances_, id);
}

const Instance* Registry::instance_named(std::string_view name) const {
    const InstanceId* id = lookup(instance_names_, name);
    return id == nullptr ? nullptr : instance(*id);
}

const Job* Registry::job(JobId id) const {
    return lookup(jobs_, id);
}

Result<const Instance*> Registry::find_instance(std::string_view reference) const {
    if (const Instance* named = instance_named(reference)) {
        return named;
    }
    std::vector<const Instance*> matches;
    if (reference.size() >= shortest_prefix) {
        for (const auto& [id, instance] : instances_) {
            if (id.text().starts_with(reference) || id.hex().starts_with(reference)) {
                matches.push_back(&instance);
            }
        }
    }
    if (matches.empty()) {
        return fail(ErrorCode::NotFound, std::format("no instance has the name or id '{}'", shown(reference)),
                    "instance", "see: mcpctl list");
    }
    if (matches.size() > 1) {
        std::string names;
        for (const Instance* match : matches) {
            names.append(names.empty() ? "" : ", ").append(match->name);
        }
        return fail(ErrorCode::InvalidArgument,
                    std::format("'{}' fits {} instances: {}", shown(reference), matches.size(), names), "instance",
                    "give more characters of the id");
    }
    return matches.front();
}

const Job* Registry::active_job(const InstanceId& id) const {
    const auto position = open_jobs_.lower_bound({id, 0});
    return position == open_jobs_.end() || position->first != id ? nullptr : job(position->second);
}

std::vector<std::string> Registry::instances_of_profile(std::string_view profile) const {
    std::vector<std::string> names;
    for (const auto& [id, instance] : instances_) {
        if (instance.config.profile.name == profile) {
            names.push_back(instance.name);
        }
    }
    return names;
}

void Registry::put_server(ServerDefinition server) {
    const auto [position, added] = servers_.insert_or_assign(server.name, server);
    tell(&RegistryObserver::server_added, position->second);
}

void Registry::remove_server(const std::string& name) {
    if (servers_.erase(name) > 0) {
        tell(&RegistryObserver::server_removed, name);
    }
}

void Registry::put_profile(ProfileDefinition profile) {
    const auto [position, added] = profiles_.insert_or_assign(profile.name, profile);
    tell(&RegistryObserver::profile_added, position->second);
}

void Registry::remove_profile(const std::string& name) {
    if (profiles_.erase(name) > 0) {
        tell(&RegistryObserver::profile_removed, name);
    }
}

void Registry::put_instance(Instance instance) {
    instance_names_[instance.name] = instance.id;
    put(instances_, std::move(instance), &RegistryObserver::instance_added, &RegistryObserver::instance_changed);
}

bool Registry::apply(const InstanceId& id, InstanceEvent event, const std::function<void(Instance&)>& details) {
    Instance* instance = lookup(instances_, id);
    const auto next = instance == nullptr ? std::nullopt : next_state(instance->state, event);
    if (!next) {
        return false;
    }
    const Instance before = *instance;
    instance->state = *next;
    if (details) {
        details(*instance);
    }
    tell(&RegistryObserver::instance_changed, before, *instance);
    return true;
}

void Registry::remove_instance(const InstanceId& given) {
    const InstanceId id = given;  // it may be a part of the instance that is removed
    const auto position = instances_.find(id);
    if (position == instances_.end()) {
        return;
    }
    instance_names_.erase(position->second.name);
    instances_.erase(position);
    tell(&RegistryObserver::instance_removed, id);
}

void Registry::set_standby(const InstanceId& id, std::uint64_t process, const std::string& runtime_id) {
    Instance* instance = lookup(instances_, id);
    if (instance == nullptr || instance->process == process) {
        return;
    }
    const Instance before = *instance;
    instance->process = process;
    instance->runtime_id = runtime_id;
    tell(&RegistryObserver::instance_changed, before, *instance);
}

void Registry::token_revoked(const std::string& name) {
    tell(&RegistryObserver::token_revoked, name);
}

void Registry::session_ended(const InstanceId& id, const SessionRecord& session) {
    tell(&RegistryObserver::session_ended, id, session);
}

void Registry::health_changed(const InstanceId& id, const HealthRecord& before, const HealthRecord& now) {
    tell(&RegistryObserver::health_changed, id, before, now);
}

void Registry::put_job(Job job) {
    if (!job.ended()) {
        open_jobs_.emplace(job.instance, job.id);
    }
    put(jobs_, std::move(job), &RegistryObserver::job_added, &RegistryObserver::job_changed);
}

void Registry::update_job(JobId id, const std::function<void(Job&)>& change) {
    Job* job = lookup(jobs_, id);
    if (job == nullptr) {
        return;
    }
    const Job before = *job;
    change(*job);
    if (job->ended()) {
        open_jobs_.erase({job->instance, id});
    }
    tell(&RegistryObserver::job_changed, before, *job);
}

void Registry::forget_job(JobId id) {
    if (jobs_.erase(id) > 0) {
        tell(&RegistryObserver::job_forgotten, id);
    }
}

}  // namespace mcpctl
