// The agent's ports with a point before and after each call. All that a lifecycle does to the world goes through them.
#pragma once

#include <utility>

#include "agent/core/runtime.hpp"
#include "agent/core/store.hpp"
#include "tests/crash/agent/points.hpp"

namespace mcpctl::crash {

template <class T>
Task<T> around(std::string_view what, Task<T> call) {
    pass("before", what);
    T result = co_await std::move(call);
    pass("after", what);
    co_return result;
}

class CrashingRuntime final : public Runtime {
  public:
    explicit CrashingRuntime(Runtime& real) : real_(real) {}

    Task<Result<WorkloadStatus>> launch(const Instance& instance, ProcessLaunch process) override {
        return around("launch", real_.launch(instance, process));
    }
    Task<Result<WorkloadStatus>> inspect(const WorkloadRef& workload) override {
        return around("inspect", real_.inspect(workload));
    }
    Task<Result<PortHolder>> port_holder(const WorkloadRef& workload, std::uint16_t port) override {
        auto call = real_.port_holder(workload, port);
        return is_worked_on(workload.instance) ? around("port_holder", std::move(call)) : std::move(call);
    }
    Task<Result<void>> verify(const Instance& instance, std::uint64_t process) override {
        return around("verify", real_.verify(instance, process));
    }
    Task<Result<void>> request_stop(const WorkloadRef& workload) override {
        return around("request_stop", real_.request_stop(workload));
    }
    Task<Result<void>> kill(const WorkloadRef& workload) override { return around("kill", real_.kill(workload)); }
    Task<Result<void>> kill_as_failure(const WorkloadRef& workload) override {
        return around("kill_as_failure", real_.kill_as_failure(workload));
    }
    Task<Result<void>> forget(const WorkloadRef& workload) override { return around("forget", real_.forget(workload)); }
    Task<Result<void>> forget_instance(const InstanceId& instance) override {
        return around("forget_instance", real_.forget_instance(instance));
    }
    Task<Result<void>> reset_failures(const WorkloadRef& workload) override {
        return around("reset_failures", real_.reset_failures(workload));
    }
    Task<std::vector<std::string>> last_lines(const WorkloadRef& workload, std::size_t count) override {
        return around("last_lines", real_.last_lines(workload, count));
    }
    Task<Reason> witness(const WorkloadRef& workload) override { return around("witness", real_.witness(workload)); }
    Task<Result<WorkloadListing>> list() override { return around("list", real_.list()); }
    Task<ResourceUse> use_of(InstanceId instance) override { return real_.use_of(instance); }
    Task<Result<std::string>> boot() override {
        begin_phase("adoption");
        return around("boot", real_.boot());
    }
    Task<bool> shutting_down() override { return around("shutting_down", real_.shutting_down()); }
    void on_events(Events events) override { real_.on_events(std::move(events)); }

  private:
    Runtime& real_;
};

class CrashingStore final : public Store {
  public:
    explicit CrashingStore(Store& real) : real_(real) {}

    Task<Result<void>> commit(Changes changes) override;
    void commit_later(Changes changes) override;
    void on_audited(std::function<void(std::vector<AuditRecord>)> audited) override {
        real_.on_audited(std::move(audited));
    }

  private:
    Changes with_arrived(Changes changes);

    Store& real_;
    Changes arrived_;
};

}  // namespace mcpctl::crash
