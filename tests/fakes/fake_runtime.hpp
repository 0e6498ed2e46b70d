// A runtime with memory and no system behind it: a test says how a workload behaves, and the fake tells the core what
// PID 1 would.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "agent/core/launch_failure.hpp"
#include "agent/core/runtime.hpp"
#include "tests/fakes/fake_stdio_server.hpp"

namespace mcpctl::test {

class FakeRuntime final : public Runtime {
  public:
    struct Behaviour {
        bool accepts = true;      // listens on its port once launched
        bool port_taken = false;  // somebody else does
        bool ignores_sigterm = false;
        std::optional<Reason> dies_at_launch;  // ends after it was executed
        std::optional<Error> launch_error;
        std::optional<Error> verify_error;
        std::vector<std::string> lines = {"last line"};
        bool answers_ping = true;  // a stdio server
        bool ignores_end_of_input = false;
        std::string behind_answer;  // written with its first answer
    };
    Behaviour behaviour;       // of what is launched next
    bool unreachable = false;  // every call fails
    std::string defect;        // launching and stopping throw it
    bool shutdown = false;
    Condition* inspect_waits_for = nullptr;
    std::string boot_id = "boot-1";
    Reason journal_record{ReasonCode::unknown, "ended while nobody watched"};
    std::vector<ForeignWorkload> foreign;
    ResourceUse use;                 // of every instance
    std::vector<InstanceId> groups;  // what holds workloads together
    std::vector<std::string> calls;  // "launch 1", "stop 1", "kill 1", "forget 1", by generation

    struct Workload {
        WorkloadStatus status;
        Behaviour behaviour;
        std::shared_ptr<FakeStdioServer> stdio = {};
    };
    std::map<WorkloadRef, Workload> workloads;
    Events events;

    // The test plays the world outside.
    void becomes(const WorkloadRef& ref, WorkloadPhase phase, Reason reason = {}, std::uint32_t restarts = 0) {
        auto& workload = workloads[ref];
        if (phase == WorkloadPhase::failed || phase == WorkloadPhase::exited) {
            end_stdio(ref);
        }
        workload.status.phase = phase;
        workload.status.reason = std::move(reason);
        workload.status.restarts = restarts;
        workload.status.runtime_id = phase == WorkloadPhase::running ? next_id() : workload.status.runtime_id;
        tell(ref);
    }
    void vanishes(const WorkloadRef& ref) {
        end_stdio(ref);
        workloads.erase(ref);
        tell(ref);
    }

    Task<Result<WorkloadStatus>> launch(const Instance& instance, ProcessLaunch process) override {
        const WorkloadRef ref{instance.id, instance.generation, process.process};
        note("launch", ref);
        throw_defect();
        if (unreachable) {
            co_return gone();
        }
        if (workloads.contains(ref)) {
            co_return fail(ErrorCode::AlreadyExists, "the unit exists");
        }
        if (behaviour.launch_error) {
            co_return std::unexpected(*behaviour.launch_error);
        }
        WorkloadStatus status;
        status.phase = behaviour.dies_at_launch ? WorkloadPhase::failed : WorkloadPhase::running;
        status.reason = behaviour.dies_at_launch.value_or(Reason{});
        status.runtime_id = next_id();
        status.pid = 4711;
        workloads[ref] = {status, behaviour};
        if (process.stdio >= 0 && !behaviour.dies_at_launch) {
            auto& stdio = workloads[ref].stdio;
            stdio = FakeStdioServer::start(co_await asio::this_coro::executor, process.stdio, behaviour.answers_ping,
                                           [this, ref] {
                                               if (!workloads[ref].behaviour.ignores_end_of_input) {
                                                   vanishes(ref);
                                               }
                                           });
            stdio->behind_answer = behaviour.behind_answer;
        }
        co_return status;
    }

    Task<Result<WorkloadStatus>> inspect(const WorkloadRef& workload) override {
        const WorkloadRef ref = workload;
        if (inspect_waits_for != nullptr) {
            co_await inspect_waits_for->wait_until(Clock::time_point::max());
        }
        if (unreachable) {
            co_return gone();
        }
        const auto position = workloads.find(ref);
        co_return position == workloads.end() ? WorkloadStatus{} : position->second.status;
    }

    Task<Result<PortHolder>> port_holder(const WorkloadRef& ref, std::uint16_t /*port*/) override {
        if (unreachable) {
            co_return gone();
        }
        const auto position = workloads.find(ref);
        if (behaviour.port_taken) {
            co_return PortHolder::other;
        }
        co_return position != workloads.end() && position->second.behaviour.accepts ? PortHolder::workload
                                                                                    : PortHolder::nobody;
    }

    Task<Result<void>> verify(const Instance& instance, std::uint64_t process) override {
        const auto position = workloads.find({instance.id, instance.generation, process});
        if (position != workloads.end() && position->second.behaviour.verify_error) {
            co_return std::unexpected(*position->second.behaviour.verify_error);
        }
        co_return Result<void>();
    }

    Task<Result<void>> request_stop(const WorkloadRef& ref) override {
        note("stop", ref);
        throw_defect();
        if (unreachable) {
            co_return gone();
        }
        const auto position = workloads.find(ref);
        if (position != workloads.end() && !position->second.behaviour.ignores_sigterm) {
            vanishes(ref);
        }
        co_return Result<void>();
    }

    Task<Result<void>> kill(const WorkloadRef& ref) override {
        note("kill", ref);
        if (unreachable) {
            co_return gone();
        }
        if (workloads.contains(ref)) {
            becomes(ref, WorkloadPhase::failed, {ReasonCode::signal, "killed by SIGKILL"});
        }
        co_return Result<void>();
    }

    Task<Result<void>> kill_as_failure(const WorkloadRef& ref) override { return kill(ref); }

    Task<Result<void>> forget(const WorkloadRef& ref) override {
        note("forget", ref);
        if (unreachable) {
            co_return gone();
        }
        workloads.erase(ref);
        co_return Result<void>();
    }

    Task<Result<void>> forget_instance(const InstanceId& instance) override {
        std::erase(groups, instance);
        co_return Result<void>();
    }

    Task<Result<void>> reset_failures(const WorkloadRef& ref) override {
        note("reset", ref);
        workloads[ref].status.restarts = 0;
        co_return Result<void>();
    }

    Task<std::vector<std::string>> last_lines(const WorkloadRef& ref, std::size_t /*count*/) override {
        const auto position = workloads.find(ref);
        // What was written outlives the workload.
        co_return position == workloads.end() ? behaviour.lines : position->second.behaviour.lines;
    }

    Task<Reason> witness(const WorkloadRef& /*ref*/) override { co_return journal_record; }

    Task<Result<WorkloadListing>> list() override {
        if (unreachable) {
            co_return gone();
        }
        WorkloadListing listing;
        for (const auto& [ref, workload] : workloads) {
            listing.managed.push_back({ref, workload.status});
        }
        listing.foreign = foreign;
        listing.groups = groups;
        co_return listing;
    }

    Task<ResourceUse> use_of(InstanceId /*instance*/) override { co_return use; }

    Task<Result<std::string>> boot() override {
        if (unreachable) {
            co_return gone();
        }
        co_return boot_id;
    }

    Task<bool> shutting_down() override { co_return shutdown; }

    void on_events(Events handlers) override { events = std::move(handlers); }

  private:
    static std::unexpected<Error> gone() { return fail(ErrorCode::Unavailable, "PID 1 does not answer"); }
    std::string next_id() { return "invocation-" + std::to_string(++ids_); }
    void throw_defect() const {
        if (!defect.empty()) {
            throw std::logic_error(defect);
        }
    }
    void note(const char* what, const WorkloadRef& ref) {
        calls.push_back(std::string(what) + " " + std::to_string(ref.generation));
    }
    void end_stdio(const WorkloadRef& ref) {
        if (const auto position = workloads.find(ref); position != workloads.end() && position->second.stdio) {
            std::exchange(position->second.stdio, nullptr)->exit();
        }
    }
    void tell(const WorkloadRef& ref) {
        if (events.changed) {
            events.changed(ref);
        }
    }

    int ids_ = 0;
};

}  // namespace mcpctl::test
