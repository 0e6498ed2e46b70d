// Workloads as transient systemd services: the port Runtime on PID 1.
#pragma once

#include <boost/asio/thread_pool.hpp>
#include <optional>
#include <string>

#include "agent/core/runtime.hpp"
#include "agent/systemd/pid1.hpp"
#include "agent/systemd/unit_reader.hpp"
#include "agent/systemd/unit_watch.hpp"

namespace mcpctl::systemd {

class SystemdRuntime final : public Runtime {
  public:
    // `installation_id` marks what this installation made; other units under our names are foreign.
    SystemdRuntime(const asio::any_io_executor& executor, std::string installation_id);
    SystemdRuntime(const SystemdRuntime&) = delete;
    SystemdRuntime& operator=(const SystemdRuntime&) = delete;
    ~SystemdRuntime() override;

    // A failure of the workload itself, such as a missing executable, is a launch_failure(); what is left of the unit
    // is for forget().
    Task<Result<WorkloadStatus>> launch(const Instance& instance) override;
    Task<Result<WorkloadStatus>> inspect(const WorkloadRef& workload) override;
    Task<Result<PortHolder>> port_holder(const WorkloadRef& workload, std::uint16_t port) override;
    Task<Result<void>> verify(const Instance& instance) override;
    Task<Result<void>> request_stop(const WorkloadRef& workload) override;
    Task<Result<void>> kill(const WorkloadRef& workload) override;
    Task<Result<void>> kill_as_failure(const WorkloadRef& workload) override;
    Task<Result<void>> forget(const WorkloadRef& workload) override;
    Task<Result<void>> reset_failures(const WorkloadRef& workload) override;
    Task<std::vector<std::string>> last_lines(const WorkloadRef& workload, std::size_t count) override;
    Task<Reason> witness(const WorkloadRef& workload) override;
    Task<Result<WorkloadListing>> list() override;
    Task<bool> shutting_down() override;
    void on_events(Events events) override { events_ = std::move(events); }

  private:
    Task<Result<bool>> start(const std::string& unit, const UnitProperties& properties, Clock::duration patience);
    Task<Result<bool>> settle(const std::string& unit, Clock::time_point deadline);
    Task<Result<WorkloadStatus>> status_of(std::string unit);
    Task<Result<void>> unless_absent(std::string unit, Result<void> outcome);
    // NotManaged when somebody else has made a unit of this name.
    Task<Result<void>> unless_foreign(std::string unit);
    Task<Result<void>> kill_unit(std::string unit);
    Task<Result<void>> end_unit(std::string unit);
    Task<Result<void>> remove_slice(InstanceId instance);
    void unit_changed(const std::string& unit);
    void lost_track();

    std::string installation_id_;
    Events events_;
    UnitWatches watches_;
    Pid1 pid1_;
    asio::thread_pool workers_;  // for the journal, whose files are read with blocking calls
};

}  // namespace mcpctl::systemd
