#include "ctl/bus_client.hpp"

#include <algorithm>
#include <format>
#include <utility>

#include "ctl/caller.hpp"
#include "ctl/decode.hpp"
#include "dbus/names.hpp"

namespace mcpctl::ctl {
namespace {

constexpr std::string_view properties_interface = "org.freedesktop.DBus.Properties";
constexpr std::string_view objects_interface = "org.freedesktop.DBus.ObjectManager";
const std::string root(dbus::root_path);
const Properties no_options;

// Runs a decoder; an answer of another shape than the contract's is an error of its own.
template <class Decode>
auto decoded(Decode decode) -> Result<decltype(decode())> {
    try {
        return decode();
    } catch (const sdbus::Error& error) {
        return fail(ErrorCode::Internal, std::format("the agent's answer has an unknown form: {}", error.getMessage()),
                    {}, "mcpctl and the agent may be of different versions: mcpctl version");
    }
}

template <class Value>
Result<Value> only(Result<std::tuple<Value>> reply) {
    return std::move(reply).transform([](std::tuple<Value> values) { return std::get<0>(std::move(values)); });
}

template <class... Values>
Result<void> nothing(const Result<std::tuple<Values...>>& reply) {
    return reply ? Result<void>() : std::unexpected(reply.error());
}

Result<Properties> properties_of(Caller& caller, const std::string& path, std::string_view interface) {
    return only(caller.ask<Properties>(Effect::reads, path, properties_interface, "GetAll", std::string(interface)));
}

// Every object that has `interface`, decoded by `decode(path, properties)`.
template <class Decode>
auto list(Caller& caller, std::string_view interface, Decode decode) {
    using Value = decltype(decode(std::string(), Properties()));
    auto objects = only(caller.ask<ManagedObjects>(Effect::reads, root, objects_interface, "GetManagedObjects"));
    return std::move(objects).and_then([&](const ManagedObjects& all) {
        return decoded([&] {
            std::vector<Value> values;
            for (const auto& [path, interfaces] : all) {
                if (const auto found = interfaces.find(std::string(interface)); found != interfaces.end()) {
                    values.push_back(decode(path, found->second));
                }
            }
            return values;
        });
    });
}

// Their paths are in no order that means anything.
template <class Info>
Result<std::vector<Info>> by_name(Result<std::vector<Info>> infos) {
    if (infos) {
        std::ranges::sort(*infos, {}, &Info::name);
    }
    return infos;
}

Result<std::string> definition(Caller& caller, const std::string& path, std::string_view interface,
                               std::string_view method = "GetDefinition") {
    return only(caller.ask<std::string>(Effect::discloses, path, interface, method));
}

Result<std::string> path_from(Caller& caller, std::string_view method, const std::string& argument) {
    return only(caller.ask<sdbus::ObjectPath>(Effect::reads, root, dbus::manager_interface, method, argument))
        .transform([](const sdbus::ObjectPath& path) { return std::string(path); });
}

}  // namespace

BusClient::BusClient(Connector connector) : caller_(std::make_unique<Caller>(std::move(connector))) {}

BusClient::~BusClient() = default;

void BusClient::watch_interrupt(int fd) {
    caller_->watch_interrupt(fd);
}

bool BusClient::was_interrupted() const {
    return caller_->was_interrupted();
}

bool BusClient::pause(std::chrono::milliseconds duration) {
    return caller_->pause(duration);
}

void BusClient::disconnect() {
    caller_->disconnect();
}

Result<AgentInfo> BusClient::agent() {
    return properties_of(*caller_, root, dbus::manager_interface).and_then([](const Properties& properties) {
        return decoded([&] { return agent_from(properties); });
    });
}

Result<std::vector<ServerInfo>> BusClient::servers() {
    return by_name(list(*caller_, dbus::server_interface,
                        [](const std::string&, const Properties& properties) { return server_from(properties); }));
}

Result<std::vector<ProfileInfo>> BusClient::profiles() {
    return by_name(list(*caller_, dbus::profile_interface,
                        [](const std::string&, const Properties& properties) { return profile_from(properties); }));
}

Result<std::vector<InstanceInfo>> BusClient::instances() {
    return by_name(list(*caller_, dbus::instance_interface, instance_from));
}

Result<std::vector<JobInfo>> BusClient::jobs() {
    return list(*caller_, dbus::job_interface, job_from);
}

Result<std::string> BusClient::server_definition(const std::string& name) {
    return path_from(*caller_, "GetServer", name).and_then([&](const std::string& path) {
        return definition(*caller_, path, dbus::server_interface);
    });
}

Result<std::string> BusClient::profile_definition(const std::string& name) {
    return path_from(*caller_, "GetProfile", name).and_then([&](const std::string& path) {
        return definition(*caller_, path, dbus::profile_interface);
    });
}

Result<std::string> BusClient::effective_settings(const std::string& profile) {
    return path_from(*caller_, "GetProfile", profile).and_then([&](const std::string& path) {
        return definition(*caller_, path, dbus::profile_interface, "GetEffectiveSettings");
    });
}

Result<void> BusClient::add_server(const std::string& definition_json) {
    return nothing(caller_->ask<sdbus::ObjectPath, sdbus::ObjectPath>(Effect::changes, root, dbus::manager_interface,
                                                                      "AddServer", definition_json, no_options));
}

Result<void> BusClient::add_profile(const std::string& definition_json) {
    return nothing(caller_->ask<sdbus::ObjectPath>(Effect::changes, root, dbus::manager_interface, "AddProfile",
                                                   definition_json, no_options));
}

Result<void> BusClient::remove_server(const std::string& name) {
    return nothing(caller_->ask<>(Effect::changes, root, dbus::manager_interface, "RemoveServer", name, no_options));
}

Result<void> BusClient::remove_profile(const std::string& name) {
    return nothing(caller_->ask<>(Effect::changes, root, dbus::manager_interface, "RemoveProfile", name, no_options));
}

Result<InstanceInfo> BusClient::find_instance(const std::string& reference) {
    return path_from(*caller_, "GetInstance", reference).and_then([&](const std::string& path) {
        return instance_at(path);
    });
}

Result<InstanceInfo> BusClient::instance_at(const std::string& path) {
    return properties_of(*caller_, path, dbus::instance_interface).and_then([&](const Properties& properties) {
        return decoded([&] { return instance_from(path, properties); });
    });
}

Result<std::vector<std::string>> BusClient::failure_log(const InstanceInfo& instance) {
    return only(caller_->ask<std::vector<std::string>>(Effect::reads, instance.path, dbus::instance_interface,
                                                       "GetFailureLog"));
}

Result<std::string> BusClient::workloads(const InstanceInfo& instance) {
    return only(caller_->ask<std::string>(Effect::reads, instance.path, dbus::instance_interface, "GetWorkloads"));
}

Result<std::vector<std::string>> BusClient::last_lines(const std::string& job_path) {
    return only(caller_->ask<std::vector<std::string>>(Effect::reads, job_path, dbus::job_interface, "GetLastLines"));
}

Result<JobInfo> BusClient::read_job(const std::string& job_path) {
    return properties_of(*caller_, job_path, dbus::job_interface).and_then([&](const Properties& properties) {
        return decoded([&] { return job_from(job_path, properties); });
    });
}

}  // namespace mcpctl::ctl
