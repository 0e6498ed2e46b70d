// BusClient: starting jobs and following them.
#include <utility>

#include "ctl/bus_client.hpp"
#include "ctl/caller.hpp"
#include "ctl/decode.hpp"
#include "dbus/names.hpp"

namespace mcpctl::ctl {
namespace {

double seconds_of(Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

Result<AcceptedJob> accepted(Result<std::tuple<sdbus::ObjectPath>> reply, const InstanceInfo& instance) {
    return std::move(reply).transform(
        [&](const std::tuple<sdbus::ObjectPath>& job) { return AcceptedJob{std::get<0>(job), instance.path}; });
}

}  // namespace

Result<AcceptedJob> BusClient::start(const std::string& profile, const StartOptions& options) {
    Properties dictionary;
    if (options.name) {
        dictionary.emplace("name", sdbus::Variant(*options.name));
    }
    if (auto subscribed = subscribe_to_ends(); !subscribed) {
        return std::unexpected(std::move(subscribed.error()));
    }
    return caller_
        ->ask<sdbus::ObjectPath, sdbus::ObjectPath>(Effect::changes, std::string(dbus::root_path),
                                                    dbus::manager_interface, "Start", profile, dictionary)
        .transform([](const auto& paths) { return AcceptedJob{std::get<1>(paths), std::get<0>(paths)}; });
}

Result<AcceptedJob> BusClient::stop(const InstanceInfo& instance, const StopOptions& options) {
    Properties dictionary;
    if (options.drain_timeout) {
        dictionary.emplace("drain-timeout", sdbus::Variant(seconds_of(*options.drain_timeout)));
    }
    if (auto subscribed = subscribe_to_ends(); !subscribed) {
        return std::unexpected(std::move(subscribed.error()));
    }
    return accepted(
        caller_->ask<sdbus::ObjectPath>(Effect::changes, instance.path, dbus::instance_interface, "Stop", dictionary),
        instance);
}

Result<AcceptedJob> BusClient::restart(const InstanceInfo& instance, const RestartOptions& options) {
    Properties dictionary;
    if (options.drain_timeout) {
        dictionary.emplace("drain-timeout", sdbus::Variant(seconds_of(*options.drain_timeout)));
    }
    if (options.refresh) {
        dictionary.emplace("refresh", sdbus::Variant(true));
    }
    if (auto subscribed = subscribe_to_ends(); !subscribed) {
        return std::unexpected(std::move(subscribed.error()));
    }
    return accepted(caller_->ask<sdbus::ObjectPath>(Effect::changes, instance.path, dbus::instance_interface, "Restart",
                                                    dictionary),
                    instance);
}

Result<void> BusClient::subscribe_to_ends() {
    return caller_->subscribe_job_removed([this](const std::string& job, const std::string& result,
                                                 const std::string& error, const std::string& message) {
        if (job == followed_.path) {
            followed_.state = result;
            followed_.error = error;
            followed_.message = message;
            followed_changed_ = true;
        }
    });
}

// The end of a job that comes before this subscribes is not missed: the job stays readable for ten minutes, and it is
// read after the subscription.
Result<JobInfo> BusClient::follow(const std::string& job_path) {
    if (followed_.path != job_path) {
        followed_ = JobInfo{};
        followed_.path = job_path;
    }
    const auto update_followed = [this, job_path](const Properties& changed) {
        if (job_path == followed_.path) {
            update(followed_, changed);
            followed_changed_ = true;
        }
    };
    // Where the connection breaks, reading goes on over a new one, which knows of no subscription yet.
    while (true) {
        auto subscribed =
            subscribe_to_ends().and_then([&] { return caller_->subscribe_properties(job_path, update_followed); });
        if (!subscribed) {
            return std::unexpected(std::move(subscribed.error()));
        }
        auto job = read_job(job_path);
        if (!job || caller_->job_removed_subscribed()) {
            return std::move(job).transform([&](JobInfo read) { return followed_ = std::move(read); });
        }
    }
}

Wake BusClient::wait_for_change(SteadyClock::time_point deadline) {
    followed_changed_ = false;
    return caller_->wait_until([this] { return followed_changed_; }, deadline);
}

}  // namespace mcpctl::ctl
