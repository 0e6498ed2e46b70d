// Workloads as transient systemd services: the port Runtime on PID 1.
#pragma once

#include <boost/asio/thread_pool.hpp>
#include <map>
#include <optional>
#include <string>

#include "agent/core/runtime.hpp"
#include "agent/systemd/pid1.hpp"
#include "agent/systemd/unit_reader.hpp"
#include "agent/systemd/unit_watch.hpp"
#include "base/gate.hpp"

namespace mcpctl::systemd {

class SystemdRuntime final : public Runtime {
  public:
    // `installation_id` marks what this installation made; other units under our names are foreign.
    SystemdRuntime(const asio::any_io_executor& executor, std::string installation_id, std::string secrets_directory);
    SystemdRuntime(const SystemdRuntime&) = delete;
    SystemdRuntime& operator=(const SystemdRuntime&) = delete;
    ~SystemdRuntime() override;

    // Looks for its secrets, and for the user it acts as; what is missing is a launch_failure().
    Task<Result<void>> prepare(const Instance& instance, Preparation preparation) override;
    // A failure of the workload itself, such as a missing executable, is a launch_failure(); what is left of the unit
    // is for forget().
    [[nodiscard]] Result<std::vector<EnforcedSetting>> enforced(const InstanceConfig& config) const override;
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
    Task<Result<WorkloadListing>> list() override;
    Task<ResourceUse> use_of(InstanceId instance) override;
    Task<Result<std::string>> boot() override;
    Task<bool> shutting_down() override;
    void on_events(Events events) override { events_ = std::move(events); }

  private:
    Task<Result<void>> find_needs(InstanceConfig config);
    Task<Result<std::string>> start(const std::string& unit, const UnitProperties& properties,
                                    Clock::duration patience);
    Task<Result<std::string>> settle(const std::string& unit, Clock::time_point deadline);
    Task<Result<WorkloadStatus>> status_of(std::string unit);
    Task<Result<void>> unless_absent(std::string unit, Result<void> outcome);
    // NotManaged when somebody else has made a unit of this name. One that is frozen is thawed: PID 1 refuses to stop
    // it, and what it kills in there ends only then.
    Task<Result<void>> make_stoppable(std::string unit);
    Task<Result<void>> kill_unit(std::string unit);
    Task<Result<void>> end_unit(std::string unit);
    Task<Result<void>> remove_slice(InstanceId instance);
    Task<Result<void>> stop_slice(std::string slice);
    void unit_changed(const std::string& unit);
    void lost_track();

    [[nodiscard]] Result<UnitProperties> properties_of(const Instance& instance, std::string executable,
                                                       std::uint64_t process, std::optional<int> stdio = {}) const;

    std::string installation_id_;
    std::string secrets_directory_;
    Events events_;
    UnitWatches watches_;
    Pid1 pid1_;
    Gate starts_;
    std::map<WorkloadRef, std::uint64_t> port_groups_;  // cgroups of workloads that were seen to hold their port
    asio::thread_pool workers_;                         // for blocking calls: the journal's files, the name service
};

}  // namespace mcpctl::systemd
