#include "agent/bus/job_object.hpp"

#include "agent/core/enum_names.hpp"
#include "dbus/names.hpp"

namespace mcpctl::bus {

using Path = sdbus::ObjectPath;

JobObject::JobObject(sdbus::IConnection& connection, const Context& context, Calls& calls, Job job)
    : AdaptorInterfaces(connection, Path(dbus::job_path(job.id))),
      context_(context),
      calls_(calls),
      job_(std::move(job)) {
    registerAdaptor();
}

JobObject::~JobObject() {
    unregisterAdaptor();
}

void JobObject::changed(const Job& job) {
    const Job before = std::exchange(job_, job);
    std::vector<sdbus::PropertyName> names;
    if (before.progress != job_.progress) {
        names.emplace_back("Progress");
    }
    if (before.state != job_.state) {
        for (const char* name : {"State", "Error", "Message", "FinishedAt"}) {
            names.emplace_back(name);
        }
    }
    if (!names.empty()) {
        getObject().emitPropertiesChangedSignal(INTERFACE_NAME, names);
    }
}

void JobObject::Cancel(sdbus::Result<>&& reply) {
    auto body = [&context = context_, id = job_.id](const Caller& caller) -> Task<Result<void>> {
        co_return co_await context.lifecycle.cancel(id, caller.actor());
    };
    calls_.handle(getObject(), std::move(reply), INTERFACE_NAME, std::move(body));
}

void JobObject::GetLastLines(sdbus::Result<std::vector<std::string>>&& reply) {
    auto body = [lines = job_.last_lines]() -> Task<Result<std::vector<std::string>>> { co_return lines; };
    calls_.handle(getObject(), std::move(reply), INTERFACE_NAME, std::move(body));
}

std::string JobObject::Kind() {
    return std::string(spelt(job_.kind));
}

Path JobObject::Instance() {
    return Path(dbus::instance_path(job_.instance.hex()));
}

std::string JobObject::State() {
    return std::string(spelt(job_.state));
}

std::string JobObject::Error() {
    return job_.error ? std::string(name_of(job_.error->code)) : std::string();
}

std::string JobObject::Message() {
    return job_.error ? dbus::message_of(*job_.error) : std::string();
}

}  // namespace mcpctl::bus
