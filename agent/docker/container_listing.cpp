// What ContainerRuntime finds in engines: at the agent's start, and whenever one comes back.
#include <filesystem>
#include <utility>

#include "agent/docker/container_runtime.hpp"
#include "agent/docker/relay_status.hpp"

namespace mcpctl::docker {
namespace {

constexpr auto between_looks = std::chrono::seconds(2);

}  // namespace

bool ContainerRuntime::has_instances(const Client& client) const {
    for (const auto& [id, instance] : registry_.instances()) {
        if (instance.config.in_container() && instance.config.profile.engine == client->engine().name) {
            return true;
        }
    }
    return false;
}

// Where no instance is, but a profile that would go there, a container without a record may be.
std::vector<ContainerRuntime::Client> ContainerRuntime::clients_in_use() const {
    const auto may_be_used = [this](const Client& client) {
        for (const auto& [name, profile] : registry_.profiles()) {
            const bool any = profile.engine.empty() || profile.engine == client->engine().name;
            if (profile.runtime == RuntimeKind::docker && any) {
                std::error_code ignored;
                return std::filesystem::exists(client->engine().socket, ignored);
            }
        }
        return false;
    };
    std::vector<Client> used;
    for (const Client& client : clients_) {
        if (has_instances(client) || may_be_used(client)) {
            used.push_back(client);
        }
    }
    return used;
}

Task<Result<WorkloadListing>> ContainerRuntime::list() {
    if (!std::exchange(listed_, true)) {
        for (const auto& [id, instance] : registry_.instances()) {
            inherited_.insert(id);
        }
    }
    auto listing = co_await units_.list();
    if (!listing) {
        co_return listing;
    }
    for (ManagedWorkload& workload : listing->managed) {
        workload.status = explained(std::move(workload.status));
    }
    for (const Client& client : clients_in_use()) {
        co_await add_containers(client, *listing);
    }
    co_return listing;
}

Task<void> ContainerRuntime::add_containers(Client client, WorkloadListing& listing) {
    const auto containers = co_await client->list();
    if (!containers) {
        if (has_instances(client)) {
            spawn_detached(executor_, "waiting for an engine", wait_for_engine(client));
        }
        co_return;
    }
    for (const ListedContainer& container : *containers) {
        const auto workload = workload_of(container.name, container.labels, installation_id_);
        if (!workload) {
            if (is_our_name(container.name)) {
                listing.foreign.push_back({container.name.substr(1)});
            }
            continue;
        }
        found_.insert_or_assign(*workload, client);
        const auto unit = co_await units_.inspect(*workload);
        if (!unit || unit->phase != WorkloadPhase::absent || launching_.contains(*workload)) {
            continue;
        }
        if (workload->process != 0) {
            // Its session has ended, and with the engine away it could not be removed.
            (void)co_await remove_container(client, *workload);
            continue;
        }
        WorkloadStatus left;
        left.phase = WorkloadPhase::failed;
        left.reason = {ReasonCode::unknown, "its unit was gone"};
        listing.managed.push_back({*workload, std::move(left)});
    }
}

Task<void> ContainerRuntime::wait_for_engine(Client client) {
    if (!awaited_.insert(client->engine().name).second) {
        co_return;
    }
    while (!co_await client->ping()) {
        co_await wait_for(between_looks);
    }
    awaited_.erase(client->engine().name);
    if (events_.lost_track) {
        events_.lost_track();
    }
}

}  // namespace mcpctl::docker
