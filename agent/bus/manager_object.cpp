#include "agent/bus/manager_object.hpp"

#include <format>

#include "agent/bus/audit_options.hpp"
#include "agent/bus/log_options.hpp"
#include "agent/core/enum_names.hpp"
#include "agent/json/definitions.hpp"
#include "base/shown.hpp"
#include "dbus/names.hpp"

namespace mcpctl::bus {

using Path = sdbus::ObjectPath;

ManagerObject::ManagerObject(sdbus::IConnection& connection, const Context& context, Calls& calls)
    : AdaptorInterfaces(connection, Path(std::string(dbus::root_path))), context_(context), calls_(calls) {
    registerAdaptor();
}

ManagerObject::~ManagerObject() {
    unregisterAdaptor();
}

void ManagerObject::job_new(const Job& job) {
    emitJobNew(job.id, Path(dbus::job_path(job.id)));
}

void ManagerObject::job_removed(const Job& job) {
    emitJobRemoved(job.id, Path(dbus::job_path(job.id)), Path(dbus::instance_path(job.instance.hex())),
                   std::string(spelt(job.state)), job.error ? std::string(name_of(job.error->code)) : "",
                   job.error ? dbus::message_of(*job.error) : "");
}

void ManagerObject::AddServer(sdbus::Result<Path, Path>&& reply, std::string definition, OptionMap options) {
    auto body = [&context = context_, definition = std::move(definition),
                 options = std::move(options)](const Caller& caller) -> Task<Result<std::tuple<Path, Path>>> {
        const Actor actor = caller.actor();
        if (auto known = Options(options).finish(); !known) {
            co_return std::unexpected(known.error());
        }
        auto server = parse_server(definition);
        if (!server) {
            co_return std::unexpected(server.error());
        }
        const std::string name = server->name;
        if (auto added = co_await context.catalog.add_server(*std::move(server), actor); !added) {
            co_return std::unexpected(added.error());
        }
        co_return std::tuple(Path(dbus::server_path(name)), Path(dbus::profile_path(name)));
    };
    calls_.handle(getObject(), std::move(reply), Manager_adaptor::INTERFACE_NAME, std::move(body));
}

void ManagerObject::RemoveServer(sdbus::Result<>&& reply, std::string name, OptionMap options) {
    auto body = [&context = context_, name = std::move(name),
                 options = std::move(options)](const Caller& caller) -> Task<Result<void>> {
        const Actor actor = caller.actor();
        if (auto known = Options(options).finish(); !known) {
            co_return known;
        }
        co_return co_await context.catalog.remove_server(name, actor);
    };
    calls_.handle(getObject(), std::move(reply), Manager_adaptor::INTERFACE_NAME, std::move(body));
}

void ManagerObject::AddProfile(sdbus::Result<Path>&& reply, std::string definition, OptionMap options) {
    auto body = [&context = context_, definition = std::move(definition), options = std::move(options)](
                    const Caller& caller, const AuthoriseFurther& authorise) -> Task<Result<Path>> {
        const Actor actor = caller.actor();
        if (auto known = Options(options).finish(); !known) {
            co_return std::unexpected(known.error());
        }
        auto profile = parse_profile(definition);
        if (!profile) {
            co_return std::unexpected(profile.error());
        }
        if (profile->acts_as_user()) {
            if (auto allowed = co_await authorise(Right::act_as_user); !allowed) {
                co_return std::unexpected(allowed.error());
            }
        }
        const std::string name = profile->name;
        if (auto added = co_await context.catalog.add_profile(*std::move(profile), actor); !added) {
            co_return std::unexpected(added.error());
        }
        co_return Path(dbus::profile_path(name));
    };
    calls_.handle(getObject(), std::move(reply), Manager_adaptor::INTERFACE_NAME, std::move(body));
}

void ManagerObject::RemoveProfile(sdbus::Result<>&& reply, std::string name, OptionMap options) {
    About about{.profile = name};
    auto body = [&context = context_, name = std::move(name),
                 options = std::move(options)](const Caller& caller) -> Task<Result<void>> {
        const Actor actor = caller.actor();
        if (auto known = Options(options).finish(); !known) {
            co_return known;
        }
        co_return co_await context.catalog.remove_profile(name, actor);
    };
    calls_.handle(getObject(), std::move(reply), Manager_adaptor::INTERFACE_NAME, std::move(body), std::move(about));
}

void ManagerObject::Start(sdbus::Result<Path, Path>&& reply, std::string profile, OptionMap options) {
    About about{.profile = profile};
    auto body = [&context = context_, profile = std::move(profile),
                 options = std::move(options)](const Caller& caller) -> Task<Result<std::tuple<Path, Path>>> {
        Options given(options);
        StartRequest request{profile, given.take<std::string>("name"), caller.actor()};
        if (auto known = given.finish(); !known) {
            co_return std::unexpected(known.error());
        }
        const auto accepted = co_await context.lifecycle.start(std::move(request));
        if (!accepted) {
            co_return std::unexpected(accepted.error());
        }
        co_return std::tuple(Path(dbus::instance_path(accepted->instance.hex())), Path(dbus::job_path(accepted->job)));
    };
    calls_.handle(getObject(), std::move(reply), Manager_adaptor::INTERFACE_NAME, std::move(body), std::move(about));
}

void ManagerObject::GetInstance(sdbus::Result<Path>&& reply, std::string reference) {
    About about{.reference = reference};
    auto body = [&context = context_, reference = std::move(reference)]() -> Task<Result<Path>> {
        const auto found = context.registry.find_instance(reference);
        if (!found) {
            co_return std::unexpected(found.error());
        }
        co_return Path(dbus::instance_path((*found)->id.hex()));
    };
    calls_.handle(getObject(), std::move(reply), Manager_adaptor::INTERFACE_NAME, std::move(body), std::move(about));
}

void ManagerObject::GetLogs(sdbus::Result<std::vector<std::string>, std::string, bool>&& reply, std::string instance,
                            OptionMap options) {
    using Page = std::tuple<std::vector<std::string>, std::string, bool>;
    About about{.instance_id = instance};
    auto body = [&context = context_, instance = std::move(instance),
                 options = std::move(options)]() -> Task<Result<Page>> {
        const auto id = InstanceId::parse(instance);
        auto query = page_query(options);
        if (!id || !query) {
            co_return std::unexpected(id ? query.error() : id.error());
        }
        auto page = co_await context.logs.page({*id, {}, {}}, *std::move(query));
        if (!page) {
            co_return std::unexpected(page.error());
        }
        co_return Page{std::move(page->lines), std::move(page->cursor), page->more};
    };
    calls_.handle(getObject(), std::move(reply), Manager_adaptor::INTERFACE_NAME, std::move(body), std::move(about));
}

void ManagerObject::GetAudit(sdbus::Result<std::vector<std::string>, std::string, bool>&& reply, OptionMap options) {
    using Page = std::tuple<std::vector<std::string>, std::string, bool>;
    auto body = [&context = context_, options = std::move(options)]() -> Task<Result<Page>> {
        auto query = audit_page_query(options);
        if (!query) {
            co_return std::unexpected(query.error());
        }
        auto page = co_await context.audit.page(*std::move(query));
        if (!page) {
            co_return std::unexpected(page.error());
        }
        co_return Page{std::move(page->lines), std::move(page->cursor), page->more};
    };
    calls_.handle(getObject(), std::move(reply), Manager_adaptor::INTERFACE_NAME, std::move(body));
}

void ManagerObject::FollowAudit(sdbus::Result<sdbus::UnixFd>&& reply, OptionMap options) {
    auto body = [&context = context_,
                 options = std::move(options)](const Caller& caller) -> Task<Result<sdbus::UnixFd>> {
        auto query = audit_follow_query(options);
        if (!query) {
            co_return std::unexpected(query.error());
        }
        auto place = place_of_follower(context, caller);
        if (!place) {
            co_return std::unexpected(place.error());
        }
        auto reader = co_await context.audit.follow(*std::move(query), *std::move(place));
        if (!reader) {
            co_return std::unexpected(reader.error());
        }
        co_return sdbus::UnixFd(reader->release(), sdbus::adopt_fd);
    };
    calls_.handle(getObject(), std::move(reply), Manager_adaptor::INTERFACE_NAME, std::move(body));
}

void ManagerObject::GetProfile(sdbus::Result<Path>&& reply, std::string name) {
    About about{.profile = name};
    auto body = [&context = context_, name = std::move(name)]() -> Task<Result<Path>> {
        if (context.registry.profile(name) == nullptr) {
            co_return fail(ErrorCode::NotFound, std::format("no profile is named {}", shown(name)), "name",
                           "see: mcpctl profile list");
        }
        co_return Path(dbus::profile_path(name));
    };
    calls_.handle(getObject(), std::move(reply), Manager_adaptor::INTERFACE_NAME, std::move(body), std::move(about));
}

void ManagerObject::GetServer(sdbus::Result<Path>&& reply, std::string name) {
    auto body = [&context = context_, name = std::move(name)]() -> Task<Result<Path>> {
        if (context.registry.server(name) == nullptr) {
            co_return fail(ErrorCode::NotFound, std::format("no server is named {}", shown(name)), "name",
                           "see: mcpctl server list");
        }
        co_return Path(dbus::server_path(name));
    };
    calls_.handle(getObject(), std::move(reply), Manager_adaptor::INTERFACE_NAME, std::move(body));
}

std::string ManagerObject::Version() {
    return MCPCTL_VERSION;
}

std::string ManagerObject::InstallationId() {
    return context_.installation_id;
}

std::vector<std::string> ManagerObject::BusyReasons() {
    return context_.busy_reasons();
}

}  // namespace mcpctl::bus
