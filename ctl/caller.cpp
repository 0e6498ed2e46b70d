#include "ctl/caller.hpp"

#include <poll.h>

#include <format>

#include "dbus/names.hpp"

namespace mcpctl::ctl {

void Caller::disconnect() {
    proxies_.clear();
    connection_.reset();
    job_removed_subscribed_ = false;
    objects_subscribed_ = false;
}

Result<void> Caller::ensure_connected() {
    if (connection_ && connection_->lost()) {
        disconnect();
    }
    if (!connection_) {
        auto made = connector_(SteadyClock::now() + answer_deadline, interrupt_fd_);
        if (!made) {
            return std::unexpected(std::move(made.error()));
        }
        connection_ = std::move(*made);
    }
    return {};
}

sdbus::IProxy& Caller::proxy(const std::string& path) {
    auto& slot = proxies_[path];
    if (!slot) {
        slot =
            sdbus::createProxy(connection_->bus(), sdbus::ServiceName(connection_->service()), sdbus::ObjectPath(path));
    }
    return *slot;
}

bool Caller::note_failure(const CallFailure& failure) {
    interrupted_ = interrupted_ || failure.interrupted;
    if (failure.lost) {
        disconnect();
    }
    return failure.lost;
}

Error Caller::described(CallFailure failure, bool changes) {
    if (failure.lost && changes) {
        failure.error.reason += "; whether the request was carried out is not known";
        failure.error.hint = "look with 'mcpctl list' before you repeat it";
    }
    return std::move(failure.error);
}

Result<void> Caller::subscribe_job_removed(JobRemoved handler) {
    if (auto connected = ensure_connected(); !connected || job_removed_subscribed_) {
        return connected;
    }
    try {
        connection_->watch_agent();
        proxy(std::string(dbus::root_path))
            .uponSignal("JobRemoved")
            .onInterface(std::string(dbus::manager_interface))
            .call([handler = std::move(handler)](const std::uint64_t&, const sdbus::ObjectPath& job,
                                                 const sdbus::ObjectPath&, const std::string& result,
                                                 const std::string& error,
                                                 const std::string& message) { handler(job, result, error, message); });
    } catch (const sdbus::Error& error) {
        return std::unexpected(failure_of(error).error);
    }
    job_removed_subscribed_ = true;
    return {};
}

Result<void> Caller::subscribe_properties(const std::string& path, std::function<void(const Properties&)> handler) {
    if (auto connected = ensure_connected(); !connected) {
        return connected;
    }
    try {
        proxy(path)
            .uponSignal("PropertiesChanged")
            .onInterface("org.freedesktop.DBus.Properties")
            .call([handler = std::move(handler)](const std::string&, const Properties& changed,
                                                 const std::vector<std::string>&) { handler(changed); });
    } catch (const sdbus::Error& error) {
        return std::unexpected(failure_of(error).error);
    }
    return {};
}

Result<void> Caller::subscribe_objects(std::function<void(std::string path)> handler) {
    if (auto connected = ensure_connected(); !connected || objects_subscribed_) {
        return connected;
    }
    const auto listen = [this](const std::string& rule, std::function<void(sdbus::Message&)> take) {
        connection_->bus().addMatch("type='signal'," + rule,
                                    [take = std::move(take)](sdbus::Message message) { take(message); });
    };
    const std::string root(dbus::root_path);
    try {
        connection_->watch_agent();
        listen("interface='org.freedesktop.DBus.Properties',member='PropertiesChanged',path_namespace='" + root + "'",
               [handler](sdbus::Message& message) { handler(message.getPath()); });
        listen("interface='org.freedesktop.DBus.ObjectManager',path='" + root + "'",
               [handler](sdbus::Message& message) {
                   sdbus::ObjectPath path;
                   message >> path;
                   handler(std::string(path));
               });
        for (const char* member : {"JobNew", "JobRemoved"}) {
            listen(std::format("interface='{}',member='{}'", dbus::manager_interface, member),
                   [handler](sdbus::Message& message) {
                       std::uint64_t id = 0;
                       sdbus::ObjectPath path;
                       message >> id >> path;
                       handler(std::string(path));
                   });
        }
    } catch (const sdbus::Error& error) {
        return std::unexpected(failure_of(error).error);
    }
    objects_subscribed_ = true;
    return {};
}

bool Caller::wait_for_agent() {
    constexpr std::chrono::milliseconds before_next_try(500);
    if (connection_ && !connection_->lost() && connection_->agent_left()) {
        const Wake wake = connection_->run_until([this] { return connection_->agent_came_back(); },
                                                 SteadyClock::time_point::max(), interrupt_fd_);
        interrupted_ = interrupted_ || wake == Wake::interrupted;
    } else if (!pause(before_next_try)) {
        return false;
    }
    disconnect();
    return !interrupted_;
}

bool Caller::pause(std::chrono::milliseconds duration) {
    pollfd watched{interrupt_fd_, POLLIN, 0};
    interrupted_ = ::poll(&watched, 1, int(duration.count())) > 0 || interrupted_;
    return !interrupted_;
}

Wake Caller::wait_until(const std::function<bool()>& done, SteadyClock::time_point deadline) {
    if (!connection_) {
        return Wake::lost;
    }
    const Wake wake =
        connection_->run_until([&] { return done() || connection_->agent_left(); }, deadline, interrupt_fd_);
    interrupted_ = interrupted_ || wake == Wake::interrupted;
    return wake == Wake::done && !done() ? Wake::lost : wake;
}

}  // namespace mcpctl::ctl
