// Start, stop and restart: accepts requests, writes the intent, then does the work as jobs.
//
// One transaction says what is wanted (the job record is the intent), then the runtime acts under a deterministic name,
// then the outcome is written. A crash at any point is repaired by doing the open jobs again.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "agent/core/jobs.hpp"
#include "agent/core/ports.hpp"
#include "agent/core/registry.hpp"
#include "agent/core/runtime.hpp"
#include "agent/core/sessions.hpp"
#include "agent/core/steps.hpp"
#include "agent/core/store.hpp"
#include "agent/core/user_quota.hpp"

namespace mcpctl {

struct StartRequest {
    std::string profile;
    std::optional<std::string> name = {};
    Actor actor = {};
};

struct StopRequest {
    std::optional<Duration> drain_timeout = {};
    Actor actor = {};
};

struct RestartRequest {
    std::optional<Duration> drain_timeout = {};
    bool refresh = false;
    Actor actor = {};
};

struct AcceptedStart {
    InstanceId instance;
    JobId job;
};

class Lifecycle {
  public:
    Lifecycle(asio::any_io_executor executor, Registry& registry, Store& store, Runtime& runtime, Probe& probe,
              Sessions& sessions, Jobs& jobs, PortRange ports);

    // Each returns when the intent is on the disk; the job does the rest.
    Task<Result<AcceptedStart>> start(StartRequest request);
    Task<Result<JobId>> stop(InstanceId id, StopRequest request);
    Task<Result<JobId>> restart(InstanceId id, RestartRequest request);
    // Returns when it is on record; then the job looks for itself.
    Task<Result<void>> cancel(JobId id, Actor actor = {});

    // A restart that the agent itself wants: brings an instance back that should run, after a reboot.
    Task<void> restore(InstanceId id);
    // Starts an instance of a profile whose autostart is set.
    Task<void> start_at_boot(std::string profile);
    // Goes on with a job that was open when the agent ended.
    void resume(const Job& job);
    // For instances that are started from now on.
    void use_ports(PortRange ports) { ports_ = ports; }
    // Something happened to the workloads of this instance: wakes the job that waits for it.
    void wake(const InstanceId& id);

  private:
    [[nodiscard]] Result<Instance> make_instance(const StartRequest& request) const;
    Task<Result<std::string>> engine_for(std::string profile) const;
    [[nodiscard]] Result<std::string> choose_name(const StartRequest& request) const;
    [[nodiscard]] Result<Duration> drain_timeout(const Instance& instance, std::optional<Duration> asked) const;
    [[nodiscard]] Result<void> free_for(const InstanceId& id, JobKind kind) const;
    [[nodiscard]] Result<InstanceConfig> refreshed(const Instance& instance) const;

    void launch_job(const Job& job, std::optional<UserQuota::Place> place = {});
    Task<void> run_placed(JobId id, std::optional<UserQuota::Place> place);
    Task<void> run(JobId id);
    Task<void> work_on(const Job& job);
    Task<void> run_start(Job job);
    Task<void> run_stop(Job job);
    Task<void> run_restart(Job job);
    Task<Result<void>> replace_workload(const Job& job, Activity& activity);
    // The steps, for an HTTP server's one workload or a stdio server's many.
    Task<Started<WorkloadStatus>> bring_up(const Job& job, Activity& activity);
    Task<Result<std::string>> drain(const Job& job, Activity& activity);
    Task<Result<void>> take_down(InstanceId id);
    Task<void> roll_back_start(Job job, StartFailure failure);
    Task<std::vector<std::string>> last_lines(InstanceId id, StartFailure failure);
    Task<void> leave_failed(Job job, StartFailure failure);
    void become_ready(const InstanceId& id, const WorkloadStatus& status);
    void succeed(const Job& job, std::string how);
    void give_up(const Job& job, const Error& error);
    Task<void> finish(Job ended, Changes changes);
    Task<void> finish_removing(Job ended, std::string reason);

    std::shared_ptr<Activity> activity(const InstanceId& id);
    [[nodiscard]] Progress progress_of(JobId id);

    asio::any_io_executor executor_;
    Registry& registry_;
    Store& store_;
    Runtime& runtime_;
    Probe& probe_;
    Sessions& sessions_;
    Jobs& jobs_;
    PortRange ports_;
    std::map<InstanceId, std::shared_ptr<Activity>> activities_;
    UserQuota jobs_of_users_{jobs_of_a_user};
};

}  // namespace mcpctl
