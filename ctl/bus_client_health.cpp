// BusClient: the health of instances.
#include "ctl/bus_client.hpp"
#include "ctl/caller.hpp"
#include "ctl/decode.hpp"
#include "dbus/names.hpp"

namespace mcpctl::ctl {
namespace {

// A profile may allow a check an hour.
constexpr std::chrono::minutes longest_check{61};

}  // namespace

Result<HealthInfo> BusClient::check_health(const InstanceInfo& instance) {
    return caller_
        ->ask_patiently<std::string>(longest_check, Effect::reads, instance.path, dbus::instance_interface,
                                     "CheckHealth")
        .and_then([](const std::tuple<std::string>& json) { return health_from(std::get<0>(json)); });
}

Result<HealthInfo> BusClient::statistics(const InstanceInfo& instance) {
    return caller_->ask<std::string>(Effect::reads, instance.path, dbus::instance_interface, "GetStatistics")
        .and_then([](const std::tuple<std::string>& json) { return health_from(std::get<0>(json)); });
}

Result<std::vector<HealthChangeInfo>> BusClient::health_history(const InstanceInfo& instance, std::uint32_t count) {
    return caller_->ask<std::string>(Effect::reads, instance.path, dbus::instance_interface, "GetHealthHistory", count)
        .and_then([](const std::tuple<std::string>& json) { return health_history_from(std::get<0>(json)); });
}

}  // namespace mcpctl::ctl
