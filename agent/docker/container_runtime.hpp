// Instances in containers, behind the port Runtime. A container is held by a unit of its own, in which mcpctl-relay
// starts it, passes its streams and signals on, and ends as it ends. So all that PID 1 does for processes it does for
// containers too: restarts, records of how they ended, and sessions whose descriptors outlive the agent. What is left
// for this class is what needs the engine: images, making containers, and removing them. Everything else is asked of
// the units; instances without a container are passed through.
//
// Every change to a container inspects it first and is refused with NotManaged where its labels do not say that this
// installation made it for this very workload.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "agent/core/registry.hpp"
#include "agent/core/runtime.hpp"
#include "agent/docker/engine_client.hpp"

namespace mcpctl::docker {

class ContainerRuntime final : public Runtime {
  public:
    // `units` runs the units. No engine is spoken to unless an instance or profile in the registry needs one.
    ContainerRuntime(asio::any_io_executor executor, const Registry& registry, Runtime& units, const Engines& engines,
                     std::string installation_id);

    Task<Result<std::string>> default_engine() override;
    [[nodiscard]] Result<std::vector<EnforcedSetting>> enforced(const InstanceConfig& config) const override;
    Task<Result<void>> prepare(const Instance& instance, Preparation preparation) override;
    Task<Result<WorkloadStatus>> launch(const Instance& instance, ProcessLaunch process) override;
    Task<Result<WorkloadStatus>> inspect(const WorkloadRef& workload) override;
    Task<Result<PortHolder>> port_holder(const WorkloadRef& workload, std::uint16_t port) override;
    Task<Result<void>> verify(const Instance& instance, std::uint64_t process) override;
    Task<Result<void>> request_stop(const WorkloadRef& workload) override;
    Task<Result<void>> kill(const WorkloadRef& workload) override;
    Task<Result<void>> kill_as_failure(const WorkloadRef& workload) override;
    Task<Result<void>> forget(const WorkloadRef& workload) override;
    Task<Result<void>> forget_instance(const InstanceId& instance) override;
    Task<Result<void>> reset_failures(const WorkloadRef& workload) override;
    Task<std::vector<std::string>> last_lines(const WorkloadRef& workload, std::size_t count) override;
    Task<Reason> witness(const WorkloadRef& workload) override;
    // Containers without a unit are listed too: half made, or left behind by units that are gone. Where an engine does
    // not answer, its containers are missing from the list, and lost_track follows when it does.
    Task<Result<WorkloadListing>> list() override;
    Task<ResourceUse> use_of(InstanceId instance) override;
    Task<Result<std::string>> boot() override;
    Task<bool> shutting_down() override;
    void on_events(Events events) override;

  private:
    // Shared with coroutines that may still wait for an engine when this object ends.
    using Client = std::shared_ptr<EngineClient>;

    [[nodiscard]] Client client_named(const std::string& engine) const;
    // Of the engine that has the workload's container; null where it has none.
    [[nodiscard]] Client client_of(const WorkloadRef& workload) const;
    // Of the engines in which there may be containers of ours.
    [[nodiscard]] std::vector<Client> clients_in_use() const;
    [[nodiscard]] bool has_instances(const Client& client) const;

    Task<Result<WorkloadStatus>> launch_container(Instance instance, ProcessLaunch process);
    Task<Result<void>> create(Client client, Instance instance, std::uint64_t process);
    Task<Result<void>> prepare_container(Instance instance, Preparation preparation);
    Task<Result<void>> prepare_image(Instance instance, Preparation preparation);
    static Task<Result<void>> fetch(Client client, std::string image, Preparation preparation);
    // The container of this workload, nothing where there is none, NotManaged where one of its name is somebody else's.
    Task<Result<std::optional<Container>>> find_own(Client client, WorkloadRef workload) const;
    Task<Result<void>> kill_container(Client client, WorkloadRef workload) const;
    Task<Result<void>> remove_container(Client client, WorkloadRef workload) const;
    Task<void> kill_unattended(Client client, WorkloadRef workload) const;
    Task<void> add_containers(Client client, WorkloadListing& listing);
    Task<void> wait_for_engine(Client client);

    asio::any_io_executor executor_;
    const Registry& registry_;
    Runtime& units_;
    std::string installation_id_;
    std::vector<Client> clients_;
    Events events_;
    std::map<WorkloadRef, Client> found_;  // listed containers, which may have no record
    std::set<WorkloadRef> launching_;      // whose container is made and whose unit is not yet
    // Prepared here, and no container was asked for yet: nothing can be left of them, whatever the engine does.
    std::set<WorkloadRef> not_made_;
    std::set<InstanceId> inherited_;  // from an agent before this one, which may have made anything
    bool listed_ = false;
    std::set<std::string> awaited_;  // engines that did not answer
};

}  // namespace mcpctl::docker
