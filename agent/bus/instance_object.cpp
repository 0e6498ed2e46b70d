#include "agent/bus/instance_object.hpp"

#include "agent/bus/log_options.hpp"
#include "agent/core/enum_names.hpp"
#include "agent/json/definitions.hpp"
#include "agent/json/workloads.hpp"
#include "dbus/names.hpp"

namespace mcpctl::bus {
namespace {

using Path = sdbus::ObjectPath;

LogOwner log_owner(const ::mcpctl::Instance& instance) {
    return {instance.id, instance.config.profile.name, instance.config.server.name};
}

}  // namespace

Result<const ::mcpctl::Instance*> still_there(const Context& context, const InstanceId& id) {
    const ::mcpctl::Instance* instance = context.registry.instance(id);
    if (instance == nullptr) {
        return fail(ErrorCode::NotFound, "the instance is gone", "instance");
    }
    return instance;
}

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
      engine_(instance.config.profile.engine),
      transport_(spelt(instance.config.server.transport)),
      created_at_(instance.created_at),
      now_(public_part(instance)) {
    registerAdaptor();
}

InstanceObject::~InstanceObject() {
    unregisterAdaptor();
}

InstanceObject::Public InstanceObject::public_part(const ::mcpctl::Instance& instance) const {
    const bool has_main = !instance.config.server.speaks_stdio() || instance.process != 0;
    const WorkloadRef main{instance.id, instance.generation, instance.process};
    return {.state = std::string(spelt(instance.state)),
            .desired = std::string(spelt(instance.desired)),
            .runtime_id = instance.runtime_id,
            .image_id = instance.image_id,
            .unit = has_main ? context_.unit_of(main) : "",
            .endpoint = instance.endpoint(),
            .reason_code = std::string(spelt(instance.reason.code)),
            .reason = instance.reason.text,
            .generation = instance.generation,
            .started_at = instance.started_at,
            .unreachable_since = instance.unreachable_since,
            .restarts = instance.restarts,
            .port = instance.port};
}

// Not compared with what this object has told: it may have been made a moment ago, of what is new already.
void InstanceObject::changed(const ::mcpctl::Instance& earlier, const ::mcpctl::Instance& later) {
    const Public before = public_part(earlier);
    now_ = public_part(later);
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
    compare("ImageId", &Public::image_id);
    compare("UnreachableSince", &Public::unreachable_since);
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
    auto body = [&context = context_, id = id_,
                 options = std::move(options)](const Caller& caller) -> Task<Result<Path>> {
        Options given(options);
        StopRequest request{given.take_seconds("drain-timeout"), caller.actor()};
        if (auto known = given.finish(); !known) {
            co_return std::unexpected(known.error());
        }
        const auto job = co_await context.lifecycle.stop(id, request);
        co_return job ? Result<Path>(dbus::job_path(*job)) : std::unexpected(job.error());
    };
    calls_.handle(getObject(), std::move(reply), INTERFACE_NAME, std::move(body));
}

void InstanceObject::Restart(sdbus::Result<Path>&& reply, OptionMap options) {
    auto body = [&context = context_, id = id_,
                 options = std::move(options)](const Caller& caller) -> Task<Result<Path>> {
        Options given(options);
        RestartRequest request{given.take_seconds("drain-timeout"), given.take<bool>("refresh").value_or(false),
                               caller.actor()};
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
        if ((*found)->config.server.speaks_stdio()) {
            std::vector<NamedWorkload> workloads;
            for (const StdioWorkload& process : context.sessions.workloads(id)) {
                workloads.push_back({context.unit_of(process.ref), std::string(spelt(process.role)), process.status});
            }
            co_return workloads_to_json(workloads);
        }
        const WorkloadRef workload{id, (*found)->generation};
        const auto status = co_await context.runtime.inspect(workload);
        if (!status) {
            co_return std::unexpected(status.error());
        }
        const auto still = still_there(context, id);
        co_return still ? Result<std::string>(workloads_to_json({{context.unit_of(workload), "main", *status}}))
                        : std::unexpected(still.error());
    };
    calls_.handle(getObject(), std::move(reply), INTERFACE_NAME, std::move(body));
}

void InstanceObject::OpenSession(sdbus::Result<sdbus::UnixFd, std::string>&& reply, OptionMap options) {
    using Opened = std::tuple<sdbus::UnixFd, std::string>;
    auto body = [&context = context_, id = id_,
                 options = std::move(options)](const Caller& caller) -> Task<Result<Opened>> {
        Options given(options);
        if (auto known = given.finish(); !known) {
            co_return std::unexpected(known.error());
        }
        auto opened = co_await context.sessions.open(id, {caller.uid, caller.pid}, caller.actor());
        if (!opened) {
            co_return std::unexpected(opened.error());
        }
        co_return Opened{sdbus::UnixFd(opened->client.release(), sdbus::adopt_fd), process_text(opened->process)};
    };
    calls_.handle(getObject(), std::move(reply), INTERFACE_NAME, std::move(body));
}

void InstanceObject::ListSessions(sdbus::Result<std::string>&& reply) {
    auto body = [&context = context_, id = id_]() -> Task<Result<std::string>> {
        const auto found = still_there(context, id);
        if (!found) {
            co_return std::unexpected(found.error());
        }
        std::vector<NamedSession> sessions;
        for (SessionRecord& session : context.sessions.sessions(id)) {
            const WorkloadRef workload{id, session.generation, session.process};
            sessions.push_back({context.unit_of(workload), std::move(session)});
        }
        co_return sessions_to_json(sessions);
    };
    calls_.handle(getObject(), std::move(reply), INTERFACE_NAME, std::move(body));
}

void InstanceObject::CloseSession(sdbus::Result<>&& reply, std::string session) {
    auto body = [&context = context_, id = id_,
                 session = std::move(session)](const Caller& caller) -> Task<Result<void>> {
        // What is no session id names no session.
        co_return context.sessions.close(id, parse_process(session).value_or(0), caller.actor());
    };
    calls_.handle(getObject(), std::move(reply), INTERFACE_NAME, std::move(body));
}

void InstanceObject::session_ended(const SessionRecord& session) {
    emitSessionEnded(process_text(session.process), session.reason.text);
}

void InstanceObject::GetLogs(sdbus::Result<std::vector<std::string>, std::string, bool>&& reply, OptionMap options) {
    using Page = std::tuple<std::vector<std::string>, std::string, bool>;
    auto body = [&context = context_, id = id_, options = std::move(options)]() -> Task<Result<Page>> {
        auto query = page_query(options);
        const auto instance = still_there(context, id);
        if (!query || !instance) {
            co_return std::unexpected(query ? instance.error() : query.error());
        }
        auto page = co_await context.logs.page(log_owner(**instance), *std::move(query));
        if (!page) {
            co_return std::unexpected(page.error());
        }
        co_return Page{std::move(page->lines), std::move(page->cursor), page->more};
    };
    calls_.handle(getObject(), std::move(reply), INTERFACE_NAME, std::move(body));
}

void InstanceObject::FollowLogs(sdbus::Result<sdbus::UnixFd>&& reply, OptionMap options) {
    auto body = [&context = context_, id = id_,
                 options = std::move(options)](const Caller& caller) -> Task<Result<sdbus::UnixFd>> {
        auto query = follow_query(options);
        const auto instance = still_there(context, id);
        if (!query || !instance) {
            co_return std::unexpected(query ? instance.error() : query.error());
        }
        auto place = place_of_follower(context, caller);
        if (!place) {
            co_return std::unexpected(place.error());
        }
        auto reader = co_await context.logs.follow(log_owner(**instance), *std::move(query), *std::move(place));
        if (!reader) {
            co_return std::unexpected(reader.error());
        }
        // Removed meanwhile: nobody has told the new follower that no more will come.
        if (context.registry.instance(id) == nullptr) {
            context.logs.finish(id);
        }
        co_return sdbus::UnixFd(reader->release(), sdbus::adopt_fd);
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
