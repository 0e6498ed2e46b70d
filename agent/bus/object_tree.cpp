#include "agent/bus/object_tree.hpp"

#include <boost/asio/post.hpp>
#include <charconv>
#include <format>

#include "agent/bus/definition_objects.hpp"
#include "agent/bus/instance_object.hpp"
#include "agent/bus/job_object.hpp"
#include "agent/bus/manager_object.hpp"
#include "base/journal.hpp"
#include "dbus/names.hpp"

namespace mcpctl::bus {
namespace {

std::optional<InstanceId> instance_id(const std::string& name) {
    const auto id = InstanceId::parse(name);
    return id ? std::optional(*id) : std::nullopt;
}

// Calls keep their object until they are answered.
bool has_no_call(const auto& placed) {
    return placed.second.use_count() == 1;
}

std::optional<JobId> job_id(const std::string& name) {
    JobId id = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), id);
    return error == std::errc() && end == name.data() + name.size() ? std::optional(id) : std::nullopt;
}

}  // namespace

ObjectTree::ObjectTree(dbus::ConnectionLoop& loop, const Context& context, std::unique_ptr<CallerSource> callers)
    : loop_(loop),
      context_(context),
      calls_(context, loop.connection(), std::move(callers), [this] { sweep_later(); }),
      manager_(std::make_unique<ManagerObject>(loop.connection(), context, calls_)),
      // sd-bus runs matches before it looks for the object that is called.
      calls_to_come_(loop.connection().addMatch(
          std::format("type='method_call',path_namespace='{}'", dbus::root_path),
          [this](const sdbus::Message& call) { expect(call); }, sdbus::return_slot)) {
    context.registry.observe(*this);
}

ObjectTree::~ObjectTree() {
    context_.registry.unobserve(*this);
}

void ObjectTree::expect(const sdbus::Message& call) {
    const std::string_view member = call.getMemberName();
    auto object = object_at(call.getPath());
    if (!object && (member == "GetManagedObjects" || member == "Introspect")) {
        expect_all();
    }
    calls_.expect(std::move(object));
}

template <class Objects, class Key, class Value>
auto ObjectTree::place(Objects& objects, const Key& key, const Value& value) {
    using Object = Objects::mapped_type::element_type;
    auto placed = objects.find(key);
    if (placed == objects.end()) {
        placed = objects.emplace(key, std::make_shared<Object>(loop_.connection(), context_, calls_, value)).first;
        sweep_later();
    }
    return placed->second;
}

// Null where nothing has this path.
std::shared_ptr<const void> ObjectTree::object_at(const char* path) {
    const auto place_if = [this](auto& objects, const auto& key, const auto* value) -> std::shared_ptr<const void> {
        if (value != nullptr) {
            return place(objects, key, *value);
        }
        // It may have been removed with a call under way.
        const auto left = objects.find(key);
        return left == objects.end() ? nullptr : left->second;
    };
    const Registry& registry = context_.registry;
    if (const auto id = dbus::name_at("instance", path).and_then(instance_id)) {
        return place_if(instances_, *id, registry.instance(*id));
    }
    if (const auto id = dbus::name_at("job", path).and_then(job_id)) {
        return place_if(jobs_, *id, registry.job(*id));
    }
    if (const auto name = dbus::name_at("profile", path)) {
        return place_if(profiles_, *name, registry.profile(*name));
    }
    const auto name = dbus::name_at("server", path);
    return name ? place_if(servers_, *name, registry.server(*name)) : nullptr;
}

void ObjectTree::expect_all() {
    const auto place_each = [this](auto& objects, const auto& values) {
        for (const auto& [key, value] : values) {
            place(objects, key, value);
        }
    };
    place_each(servers_, context_.registry.servers());
    place_each(profiles_, context_.registry.profiles());
    place_each(instances_, context_.registry.instances());
    place_each(jobs_, context_.registry.jobs());
}

// In a turn of its own: an object must not end inside a call to it.
void ObjectTree::sweep_later() {
    if (std::exchange(*sweep_is_due_, true)) {
        return;
    }
    asio::post(context_.executor, [this, weak = std::weak_ptr(sweep_is_due_)] {
        if (const auto due = weak.lock()) {
            *due = false;
            sweep();
        }
    });
}

void ObjectTree::sweep() {
    calls_.expect(nullptr);
    const auto sweep_each = [](auto& objects) {
        std::erase_if(objects, [](const auto& entry) { return has_no_call(entry); });
    };
    sweep_each(servers_);
    sweep_each(profiles_);
    sweep_each(instances_);
    sweep_each(jobs_);
}

void ObjectTree::emit(const std::function<void()>& signals) {
    try {
        signals();
        loop_.flush();
    } catch (const sdbus::Error& error) {
        // A connection may break at any moment, and its own loop deals with that. Nothing of it reaches the core.
        if (dbus::from_bus(error).code != ErrorCode::Unavailable) {
            log::debug(std::format("a signal was not sent: {}", error.getMessage()));
        }
    }
}

template <class Objects, class Key, class Value>
void ObjectTree::announce(Objects& objects, const Key& key, const Value& value) {
    using Object = Objects::mapped_type::element_type;
    emit(
        [&] { place(objects, key, value)->emitInterfacesAddedSignal({sdbus::InterfaceName(Object::INTERFACE_NAME)}); });
}

template <class Objects, class Key>
void ObjectTree::remove(Objects& objects, const Key& key, const std::string& path) {
    using Object = Objects::mapped_type::element_type;
    if (const auto placed = objects.find(key); placed != objects.end() && has_no_call(*placed)) {
        objects.erase(placed);
    }
    emit([&] {
        const auto removed = sdbus::createObject(loop_.connection(), sdbus::ObjectPath(path));
        removed->emitInterfacesRemovedSignal({sdbus::InterfaceName(Object::INTERFACE_NAME)});
    });
}

void ObjectTree::server_added(const ServerDefinition& server) {
    announce(servers_, server.name, server);
}

void ObjectTree::server_removed(const std::string& name) {
    remove(servers_, name, dbus::server_path(name));
}

void ObjectTree::profile_added(const ProfileDefinition& profile) {
    announce(profiles_, profile.name, profile);
}

void ObjectTree::profile_removed(const std::string& name) {
    remove(profiles_, name, dbus::profile_path(name));
}

void ObjectTree::instance_added(const Instance& instance) {
    announce(instances_, instance.id, instance);
}

void ObjectTree::instance_changed(const Instance& before, const Instance& now) {
    emit([&] { place(instances_, now.id, before)->changed(before, now); });
}

void ObjectTree::instance_removed(const InstanceId& id) {
    remove(instances_, id, dbus::instance_path(id.hex()));
}

void ObjectTree::token_revoked(const std::string& name) {
    emit([&] { manager_->token_revoked(name); });
}

void ObjectTree::session_ended(const InstanceId& id, const SessionRecord& session) {
    if (const ::mcpctl::Instance* instance = context_.registry.instance(id); instance != nullptr) {
        emit([&] { place(instances_, id, *instance)->session_ended(session); });
    }
}

void ObjectTree::health_changed(const InstanceId& id, const HealthRecord& before, const HealthRecord& now) {
    if (const ::mcpctl::Instance* instance = context_.registry.instance(id); instance != nullptr) {
        emit([&] { place(instances_, id, *instance)->health_changed(before, now); });
    }
}

void ObjectTree::job_added(const Job& job) {
    announce(jobs_, job.id, job);
    emit([&] { manager_->job_new(job); });
}

void ObjectTree::job_changed(const Job& before, const Job& now) {
    emit([&] {
        place(jobs_, now.id, before)->changed(now);
        if (now.ended()) {
            manager_->job_removed(now);
        }
    });
}

void ObjectTree::job_forgotten(JobId id) {
    remove(jobs_, id, dbus::job_path(id));
}

}  // namespace mcpctl::bus
