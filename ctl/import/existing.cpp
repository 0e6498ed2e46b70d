#include "ctl/import/existing.hpp"

namespace mcpctl::ctl {
namespace {

std::optional<Json> object_in(const Result<std::string>& text) {
    const Json value = text ? Json::parse(*text, nullptr, false) : Json();
    return value.is_object() ? std::optional(value) : std::nullopt;
}

}  // namespace

Result<Existing> existing_in(Context& context) {
    Existing existing;
    const auto servers = context.agent().servers();
    if (!servers) {
        return std::unexpected(servers.error());
    }
    for (const ServerInfo& server : *servers) {
        existing.servers.insert(server.name);
    }
    const auto profiles = context.agent().profiles();
    if (!profiles) {
        return std::unexpected(profiles.error());
    }
    for (const ProfileInfo& profile : *profiles) {
        existing.profiles[profile.name] = profile.server;
    }
    const auto instances = context.agent().instances();
    if (!instances) {
        return std::unexpected(instances.error());
    }
    for (const InstanceInfo& instance : *instances) {
        existing.instances[instance.profile].push_back(instance.name);
    }
    // Whoever may not see them may define servers all the same, that need none.
    if (const auto secrets = context.agent().secrets()) {
        for (const SecretInfo& secret : *secrets) {
            existing.secrets.insert(secret.name);
        }
    } else if (secrets.error().code != ErrorCode::AccessDenied) {
        return std::unexpected(secrets.error());
    }
    existing.server_definition = [&context](const std::string& name) {
        return object_in(context.agent().server_definition(name));
    };
    existing.profile_definition = [&context](const std::string& name) {
        return object_in(context.agent().profile_definition(name));
    };
    return existing;
}

AgentSteps steps_of(Context& context) {
    AgentSteps steps;
    steps.add_server = [&context](const std::string& json) { return context.agent().add_server(json); };
    steps.add_profile = [&context](const std::string& json) { return context.agent().add_profile(json); };
    steps.remove_server = [&context](const std::string& name) { return context.agent().remove_server(name); };
    steps.remove_profile = [&context](const std::string& name) { return context.agent().remove_profile(name); };
    steps.remove_secret = [&context](const std::string& name) { return context.agent().remove_secret(name); };
    steps.set_secret = [&context](const std::string& name, const std::vector<std::uint8_t>& value) {
        return context.agent().set_secret(name, value);
    };
    steps.server_definition = [&context](const std::string& name) { return context.agent().server_definition(name); };
    steps.profile_definition = [&context](const std::string& name) { return context.agent().profile_definition(name); };
    steps.interrupted = [] { return false; };
    return steps;
}

}  // namespace mcpctl::ctl
