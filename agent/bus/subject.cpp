#include "agent/bus/subject.hpp"

#include <charconv>

#include "dbus/names.hpp"

namespace mcpctl::bus {
namespace {

const Instance* instance_of_job(const Registry& registry, const std::string& number) {
    JobId id = 0;
    std::from_chars(number.data(), number.data() + number.size(), id);
    const Job* job = registry.job(id);
    return job == nullptr ? nullptr : registry.instance(job->instance);
}

const Instance* instance_of(const Registry& registry, const Called& called) {
    if (const auto number = dbus::name_at("job", called.path.c_str())) {
        return instance_of_job(registry, *number);
    }
    if (!called.about.reference.empty()) {
        return registry.find_instance(called.about.reference).value_or(nullptr);
    }
    // Exactly: an instance may be named like the id of another one.
    const auto id =
        InstanceId::parse(dbus::name_at("instance", called.path.c_str()).value_or(called.about.instance_id));
    return id ? registry.instance(*id) : nullptr;
}

}  // namespace

Subject subject_of(const Registry& registry, const Called& called) {
    if (const Instance* instance = instance_of(registry, called)) {
        return {instance->id.text(), instance->name, instance->config.profile.name, instance->config.server.name};
    }
    const std::string profile = dbus::name_at("profile", called.path.c_str()).value_or(called.about.profile);
    if (const ProfileDefinition* known = registry.profile(profile)) {
        return {{}, {}, known->name, known->server};
    }
    const auto server = dbus::name_at("server", called.path.c_str());
    return {{}, {}, {}, server && registry.server(*server) != nullptr ? *server : ""};
}

}  // namespace mcpctl::bus
