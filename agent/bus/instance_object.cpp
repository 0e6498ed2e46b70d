#include "agent/bus/instance_object.hpp"

#include "agent/core/enum_names.hpp"
#include "agent/json/definitions.hpp"
#include "agent/json/workloads.hpp"
#include "dbus/names.hpp"

namespace mcpctl::bus {
namespace {

using Path = sdbus::ObjectPath;

// The instance may be removed between the call and its turn.
Result<const ::mcpctl::Instance*> still_there(const Context& context, const InstanceId& id) {
    const ::mcpctl::Instance* instance = context.registry.instance(id);
    if (instance == nullptr) {
        return fail(ErrorCode::NotFound, "the instance is gone", "instance");
    }
    return instance;
}

}  // namespace

InstanceObject::InstanceObject(sdbus::IConnection& connection, const Context& context, Calls& calls,
                               const ::mcpctl::Instance& instance)
    : AdaptorInterfaces(connection, Path(dbus::instance_path(instance.id.hex()))),
      context_(context),
      calls_(calls),
      id_(instance.id),
      name_(instance.name),
      profile_(instance.config.profile.name),
      server_(instance.config.server.name),
      runtime_(spelt(instance.config.profile.runtime)),
      transport_(spelt(instance.config.server.transport)),
      created_at_(instance.created_at),
      now_(public_part(instance)) {
    registerAdaptor();
}

InstanceObject::~InstanceObject() {
    unregisterAdaptor();
}

InstanceObject::Public InstanceObject::public_part(const ::mcpctl::Instance& instance) const {
    return {.state = std::string(spelt(instance.state)),
            .desired = std::string(spelt(instance.desired)),
            .runtime_id = instance.runtime_id,
            .unit = context_.unit_of(instance),
            .endpoint = instance.endpoint(),
            .reason_code = std::string(spelt(instance.reason.code)),
            .reason = instance.reason.text,
            .generation = instance.generation,
            .started_at = instance.started_at,
            .restarts = instance.restarts,
            .port = instance.port};
}

void InstanceObject::changed(const ::mcpctl::Instance& instance) {
    const Public before = std::exchange(now_, public_part(instance));
    std::vector<sdbus::PropertyName> names;
    const auto compare = [&](const char* name, auto Public::* member) {
        if (before.*member != now_.*member) {
            names.emplace_back(name);
        }
    };
    compare("State", &Public::state);
    compare("Desired", &Public::desired);
    compare("Generation", &Public::generation);
    compare("RuntimeId", &Public::runtime_id);
    compare("Unit", &Public::unit);
    compare("Port", &Public::port);
    compare("Endpoint", &Public::endpoint);
    compare("ReasonCode", &Public::reason_code);
    compare("Reason", &Public::reason);
    compare("Restarts", &Public::restarts);
    compare("StartedAt", &Public::started_at);
    if (!names.empty()) {
        getObject().emitPropertiesChangedSignal(INTERFACE_NAME, names);
    }
}

void InstanceObject::Stop(sdbus::Result<Path>&& reply, OptionMap options) {
    auto body = [&context = context_, id = id_, options = std::move(options)]() -> Task<Result<Path>> {
        Options given(options);
        StopRequest request{given.take_seconds("drain-timeout")};
        if (auto known = given.finish(); !known) {
            co_return std::unexpected(known.error());
        }
        const auto job = co_await context.lifecycle.stop(id, request);
        co_return job ? Result<Path>(dbus::job_path(*job)) : std::unexpected(job.error());
    };
    calls_.handle(getObject(), std::move(reply), INTERFACE_NAME, std::move(body));
}

void InstanceObject::Restart(sdbus::Result<Path>&& reply, OptionMap options) {
    auto body = [&context = context_, id = id_, options = std::move(options)]() -> Task<Result<Path>> {
        Options given(options);
        RestartRequest request{given.take_seconds("drain-timeout"), given.take<bool>("refresh").value_or(false)};
        if (auto known = given.finish(); !known) {
            co_return std::unexpected(known.error());
        }
        const auto job = co_await context.lifecycle.restart(id, request);
        co_return job ? Result<Path>(dbus::job_path(*job)) : std::unexpected(job.error());
    };
    calls_.handle(getObject(), std::move(reply), INTERFACE_NAME, std::move(body));
}

void InstanceObject::GetConfiguration(sdbus::Result<std::string>&& reply) {
    auto body = [&context = context_, id = id_]() -> Task<Result<std::string>> {
        const auto instance = still_there(context, id);
        co_return instance ? Result<std::string>(to_json((*instance)->config)) : std::unexpected(instance.error());
    };
    calls_.handle(getObject(), std::move(reply), INTERFACE_NAME, std::move(body));
}

void InstanceObject::GetWorkloads(sdbus::Result<std::string>&& reply) {
    auto body = [&context = context_, id = id_]() -> Task<Result<std::string>> {
        const auto found = still_there(context, id);
        if (!found) {
            co_return std::unexpected(found.error());
        }
        const WorkloadRef workload{id, (*found)->generation};
        const auto status = co_await context.runtime.inspect(workload);
        if (!status) {
            co_return std::unexpected(status.error());
        }
        const auto still = still_there(context, id);
        co_return still ? Result<std::string>(workloads_to_json({{context.unit_of(**still), *status}}))
                        : std::unexpected(still.error());
    };
    calls_.handle(getObject(), std::move(reply), INTERFACE_NAME, std::move(body));
}

void InstanceObject::GetFailureLog(sdbus::Result<std::vector<std::string>>&& reply) {
    auto body = [&context = context_, id = id_]() -> Task<Result<std::vector<std::string>>> {
        const auto instance = still_there(context, id);
        co_return instance ? Result<std::vector<std::string>>((*instance)->failure_log)
                           : std::unexpected(instance.error());
    };
    calls_.handle(getObject(), std::move(reply), INTERFACE_NAME, std::move(body));
}

}  // namespace mcpctl::bus
