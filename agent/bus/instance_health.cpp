// The bus face of one instance: its health.
#include "agent/bus/instance_object.hpp"
#include "agent/json/health.hpp"

namespace mcpctl::bus {
namespace {

std::uint32_t threshold_of(const ::mcpctl::Instance& instance) {
    return instance.config.profile.health.failure_threshold;
}

}  // namespace

void InstanceObject::health_changed(const HealthRecord& before, const HealthRecord& now) {
    std::vector<sdbus::PropertyName> names;
    const auto compare = [&](const char* name, auto HealthRecord::* member) {
        if (before.*member != now.*member) {
            names.emplace_back(name);
        }
    };
    compare("Readiness", &HealthRecord::readiness);
    compare("Liveness", &HealthRecord::liveness);
    compare("Alert", &HealthRecord::alert);
    compare("HealthReason", &HealthRecord::reason);
    compare("HealthChangedAt", &HealthRecord::last_transition);
    if (!names.empty()) {
        getObject().emitPropertiesChangedSignal(INTERFACE_NAME, names);
    }
    if (now.alert && !before.alert) {
        emitAlertRaised(now.reason);
    } else if (before.alert && !now.alert) {
        emitAlertCleared();
    }
}

void InstanceObject::CheckHealth(sdbus::Result<std::string>&& reply) {
    auto body = [&context = context_, id = id_]() -> Task<Result<std::string>> {
        const auto checked = co_await context.health.check_now(id);
        if (!checked) {
            co_return std::unexpected(checked.error());
        }
        const auto instance = still_there(context, id);
        co_return instance ? Result<std::string>(health_to_json(*checked, threshold_of(**instance)))
                           : std::unexpected(instance.error());
    };
    calls_.handle(getObject(), std::move(reply), INTERFACE_NAME, std::move(body));
}

void InstanceObject::GetHealthHistory(sdbus::Result<std::string>&& reply, std::uint32_t count) {
    auto body = [&context = context_, id = id_, count]() -> Task<Result<std::string>> {
        const auto changes = co_await context.health.history().changes_of(id, count);
        co_return changes.transform([](const auto& found) { return history_to_json(found); });
    };
    calls_.handle(getObject(), std::move(reply), INTERFACE_NAME, std::move(body));
}

void InstanceObject::GetStatistics(sdbus::Result<std::string>&& reply) {
    auto body = [&context = context_, id = id_]() -> Task<Result<std::string>> {
        const ResourceUse use = co_await context.runtime.use_of(id);
        const LogCounts logs = co_await context.logs.count(id);
        const auto instance = still_there(context, id);
        if (!instance) {
            co_return std::unexpected(instance.error());
        }
        const bool up = (*instance)->state == InstanceState::running && (*instance)->started_at != 0;
        const auto uptime = up ? std::optional(wall_time_now() - (*instance)->started_at) : std::nullopt;
        co_return statistics_to_json(
            {context.health.health(id), threshold_of(**instance), use, uptime, context.restarts.of(id), logs});
    };
    calls_.handle(getObject(), std::move(reply), INTERFACE_NAME, std::move(body));
}

}  // namespace mcpctl::bus
