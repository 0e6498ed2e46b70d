#include "agent/docker/container_runtime.hpp"

#include <format>

#include "agent/docker/patience.hpp"
#include "agent/docker/relay_status.hpp"
#include "base/journal.hpp"

namespace mcpctl::docker {

ContainerRuntime::ContainerRuntime(asio::any_io_executor executor, const Registry& registry, Runtime& units,
                                   const Engines& engines, std::string installation_id)
    : executor_(std::move(executor)), registry_(registry), units_(units), installation_id_(std::move(installation_id)) {
    for (const Engine& engine : engines) {
        clients_.push_back(std::make_shared<EngineClient>(executor_, engine));
    }
}

ContainerRuntime::Client ContainerRuntime::client_named(const std::string& engine) const {
    for (const Client& client : clients_) {
        if (client->engine().name == engine) {
            return client;
        }
    }
    return nullptr;
}

ContainerRuntime::Client ContainerRuntime::client_of(const WorkloadRef& workload) const {
    const Instance* instance = registry_.instance(workload.instance);
    if (instance != nullptr) {
        return instance->config.in_container() ? client_named(instance->config.profile.engine) : nullptr;
    }
    const auto found = found_.find(workload);
    return found == found_.end() ? nullptr : found->second;
}

Task<Result<std::string>> ContainerRuntime::default_engine() {
    std::string reasons;
    for (const Client& client : clients_) {
        const auto there = co_await client->ping();
        if (there) {
            co_return client->engine().name;
        }
        reasons.append(reasons.empty() ? "" : "; ").append(there.error().reason);
    }
    co_return fail(ErrorCode::Unavailable, reasons.empty() ? "no engine is configured" : reasons, "engine",
                   "is an engine running? Sockets are set in /etc/mcpctl/mcpctl.toml: [engines.NAME] socket");
}

// Of the container; what stands for it is no server.
Result<std::vector<EnforcedSetting>> ContainerRuntime::enforced(const InstanceConfig& config) const {
    return config.in_container() ? enforced_on_container(config) : units_.enforced(config);
}

Task<Result<WorkloadStatus>> ContainerRuntime::inspect(const WorkloadRef& workload) {
    const WorkloadRef ref = workload;
    const auto status = co_await units_.inspect(ref);
    if (!status) {
        co_return std::unexpected(status.error());
    }
    const bool over = status->phase == WorkloadPhase::exited || status->phase == WorkloadPhase::failed;
    const auto relay = parse_relay_status(status->said);
    if (const Client client = client_of(ref); client && over && relay && relay->phase != RelayPhase::ended) {
        spawn_detached(executor_, "ending a container that nobody holds", kill_unattended(client, ref));
    }
    co_return explained(*status);
}

// Its relay was killed, and is not started again.
Task<void> ContainerRuntime::kill_unattended(Client client, WorkloadRef workload) const {
    if (const auto killed = co_await kill_container(client, workload); !killed) {
        log::error(std::format("container {} is left running: {}", container_name(workload), killed.error().reason));
    }
}

Task<Result<PortHolder>> ContainerRuntime::port_holder(const WorkloadRef& workload, std::uint16_t port) {
    const WorkloadRef ref = workload;
    if (!client_of(ref)) {
        co_return co_await units_.port_holder(ref, port);
    }
    const auto status = co_await units_.inspect(ref);
    if (!status) {
        co_return std::unexpected(status.error());
    }
    if (status->phase == WorkloadPhase::absent) {
        co_return co_await units_.port_holder(ref, port);
    }
    // The engine has bound the port for it, or would not have started it. What accepts is the engine's proxy, also
    // while the server does not yet: only an answer to a probe tells.
    const auto relay = parse_relay_status(status->said);
    const bool runs = relay && relay->phase == RelayPhase::running && status->phase == WorkloadPhase::running;
    co_return runs ? PortHolder::workload : PortHolder::nobody;
}

Task<Result<void>> ContainerRuntime::verify(const Instance& instance, std::uint64_t process) {
    return units_.verify(instance, process);
}

// SIGTERM reaches the relay, which passes it on.
Task<Result<void>> ContainerRuntime::request_stop(const WorkloadRef& workload) {
    return units_.request_stop(workload);
}

Task<Result<void>> ContainerRuntime::kill(const WorkloadRef& workload) {
    const WorkloadRef ref = workload;
    if (const Client client = client_of(ref)) {
        // Stopping its unit keeps PID 1 from starting it again.
        if (auto stopped = co_await units_.request_stop(ref); !stopped) {
            co_return stopped;
        }
        if (auto killed = co_await kill_container(client, ref); !killed) {
            co_return killed;
        }
    }
    co_return co_await units_.kill(ref);
}

Task<Result<void>> ContainerRuntime::kill_as_failure(const WorkloadRef& workload) {
    const WorkloadRef ref = workload;
    if (const Client client = client_of(ref)) {
        co_return co_await kill_container(client, ref);
    }
    co_return co_await units_.kill_as_failure(ref);
}

Task<Result<void>> ContainerRuntime::forget(const WorkloadRef& workload) {
    const WorkloadRef ref = workload;
    const Client client = client_of(ref);
    if (client && not_made_.erase(ref) == 0) {
        if (auto killed = co_await units_.kill(ref); !killed) {
            co_return killed;
        }
        auto removed =
            co_await patiently([this, client, ref] { return remove_container(client, ref); }, longest_absence);
        if (!removed) {
            spawn_detached(executor_, "waiting for an engine", wait_for_engine(client));
            co_return removed;
        }
        found_.erase(ref);
    }
    co_return co_await units_.forget(ref);
}

Task<Result<void>> ContainerRuntime::forget_instance(const InstanceId& instance) {
    return units_.forget_instance(instance);
}

Task<Result<void>> ContainerRuntime::reset_failures(const WorkloadRef& workload) {
    return units_.reset_failures(workload);
}

Task<std::vector<std::string>> ContainerRuntime::last_lines(const WorkloadRef& workload, std::size_t count) {
    return units_.last_lines(workload, count);
}

Task<Reason> ContainerRuntime::witness(const WorkloadRef& workload) {
    return units_.witness(workload);
}

// Containers lie in the instance's slice, unless the engine keeps them elsewhere or has taken them along: then what the
// slice uses is the relay alone, which says nothing.
Task<ResourceUse> ContainerRuntime::use_of(InstanceId instance) {
    const Instance* record = registry_.instance(instance);
    if (record != nullptr && record->config.in_container()) {
        const Client client = client_named(record->config.profile.engine);
        if (!client || record->unreachable_since != 0) {
            co_return ResourceUse{};
        }
        const auto engine = co_await client->info();
        if (!engine || !engine->slices) {
            co_return ResourceUse{};
        }
    }
    co_return co_await units_.use_of(instance);
}

Task<Result<std::string>> ContainerRuntime::boot() {
    return units_.boot();
}

Task<bool> ContainerRuntime::shutting_down() {
    return units_.shutting_down();
}

void ContainerRuntime::on_events(Events events) {
    events_ = events;
    units_.on_events(std::move(events));
}

}  // namespace mcpctl::docker
