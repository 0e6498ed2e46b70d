// The processes of stdio servers: standbys that wait, and sessions that were handed over.
//
// A stdio server serves one client per process. An instance keeps `standby` processes started and waiting; opening a
// session hands over the client's end of one, and a fresh standby is started behind it. The agent is never in the data
// path, and its own end is noticed by nobody: descriptors are kept by the DescriptorKeeper, and what they are stands in
// their names. Every process has one coroutine, attend(), that sees it to its end.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "agent/core/descriptor_keeper.hpp"
#include "agent/core/probe.hpp"
#include "agent/core/registry.hpp"
#include "agent/core/stdio_process.hpp"
#include "agent/core/steps.hpp"
#include "agent/core/store.hpp"
#include "base/hangup.hpp"

namespace mcpctl {

struct OpenedSession {
    UniqueFd client;
    std::uint64_t process = 0;
};

// One process as GetWorkloads tells it.
struct StdioWorkload {
    WorkloadRef ref;
    ProcessRole role;
    WorkloadStatus status;
};

class Sessions : private RegistryObserver {
  public:
    // So many sessions one user other than root has at a time, of all instances.
    static constexpr std::size_t most_of_user = 256;

    Sessions(const asio::any_io_executor& executor, Registry& registry, Store& store, Runtime& runtime,
             DescriptorKeeper& keeper);
    Sessions(const Sessions&) = delete;
    Sessions& operator=(const Sessions&) = delete;
    ~Sessions() override;

    // --- for callers

    // Hands over a ready standby at once, or starts a process for this session. Waits for no disk.
    Task<Result<OpenedSession>> open(InstanceId id, SessionPeer peer, Actor actor = {});
    // As if its client had closed it.
    Result<void> close(const InstanceId& id, std::uint64_t session, const Actor& actor = {});
    // Open ones and those that ended lately, oldest first.
    [[nodiscard]] std::vector<SessionRecord> sessions(const InstanceId& id) const;
    [[nodiscard]] std::vector<StdioWorkload> workloads(const InstanceId& id) const;
    // The oldest ready standby.
    [[nodiscard]] const StdioProcess* standby(const InstanceId& id) const;
    [[nodiscard]] std::uint32_t open_sessions(const InstanceId& id) const;
    [[nodiscard]] std::uint32_t ready_standbys(const InstanceId& id) const;

    // Pings the oldest ready standby. One that does not answer is ended and replaced, since its late answer would reach
    // its client. Where the profile wants no standbys, the last process that was started tells.
    Task<ProbeResult> check(InstanceId id, Duration timeout);

    // --- for jobs

    // Starts a standby and waits until it answers; the others follow on their own. With standby 0 the process is a
    // trial that ends at once.
    Task<Started<WorkloadStatus>> bring_up(Instance instance, Activity& activity, Progress progress);
    // No new sessions from here on. Ends the processes of all generations below `below`: standbys at once, sessions
    // when the drain time minus its grace has passed; SIGKILL at its end. Does not wait.
    void retire(const InstanceId& id, std::uint64_t below, Duration timeout, const std::string& cause);
    // Waits until none of those is left, and tells how they ended.
    Task<Result<std::string>> retired(InstanceId id, std::uint64_t below, Duration timeout, Activity& activity,
                                      Progress progress);
    // Ends the present generation at once.
    Task<void> take_down(InstanceId id, std::uint64_t generation);
    // The instance is going: nothing may be left.
    Task<Result<void>> forget(InstanceId id);
    // Starts what standbys are missing.
    void refill(const InstanceId& id);

    // --- for events

    // Something happened to this process.
    void notice(const WorkloadRef& process);
    // Anything may have happened: PID 1 was away.
    void look_again();
    // Compares the effective properties of all processes with what they should be; an altered one is ended.
    Task<void> verify_all();

    // At the agent's start, before anybody may call: takes over what runs. Kept descriptors without a process and
    // processes without a descriptor are ended.
    Task<void> adopt(WorkloadListing listing, std::vector<KeptDescriptor> kept);
    // Goes on where the agent before this one ended: missing standbys, an interrupted delay.
    void go_on(const InstanceId& id);

    // From the end of a client to SIGTERM, for a server that end of input does not end.
    static constexpr auto after_hangup = std::chrono::seconds(2);
    static constexpr std::size_t ended_count = 20;

  private:
    using Processes = std::map<std::uint64_t, ProcessPtr>;
    // Whom to wake when something happens to the processes of an instance: the job that waits for them. Shared, because
    // a coroutine that still waits when the agent ends is destroyed after everything else.
    using Waiter = std::shared_ptr<Activity*>;
    class ScopedWaiter {
      public:
        ScopedWaiter(Waiter slot, Activity& activity) : slot_(std::move(slot)) { *slot_ = &activity; }
        ScopedWaiter(const ScopedWaiter&) = delete;
        ScopedWaiter& operator=(const ScopedWaiter&) = delete;
        ~ScopedWaiter() { *slot_ = nullptr; }

      private:
        Waiter slot_;
    };
    struct HowEnded {
        unsigned by_themselves = 0, after_sigterm = 0, killed = 0;
    };
    struct Pool {
        Processes processes;
        std::deque<SessionRecord> ended;
        Waiter waiting = std::make_shared<Activity*>(nullptr);
        Condition opening;  // a session may be opened now, or not at all
        std::uint32_t cold_starts = 0;
        std::uint32_t failures = 0;  // of standbys, since they last ran steadily
        bool backing_off = false;
        std::string last_start_failure;  // of a session's process; empty: it was started
        HowEnded how;                    // since the last retire()
    };

    // sessions.cpp
    void instance_changed(const Instance& before, const Instance& now) override;
    [[nodiscard]] Result<const Instance*> may_open(const InstanceId& id) const;
    Task<void> while_starting(InstanceId id);
    [[nodiscard]] Result<void> has_room(const Instance& instance) const;
    [[nodiscard]] Result<void> may_have_another(uid_t user) const;
    [[nodiscard]] std::size_t kept_descriptors() const;
    [[nodiscard]] const StdioProcess* oldest_standby(const InstanceId& id, bool free) const;
    Task<void> while_checked(InstanceId id);
    ProcessPtr hand_over_standby(const Instance& instance, SessionPeer peer);
    Task<Started<ProcessPtr>> open_cold(Instance instance, SessionPeer peer);
    void become_session(StdioProcess& process, SessionPeer peer);
    [[nodiscard]] std::uint32_t count(const InstanceId& id, bool (*counts)(const StdioProcess&)) const;
    [[nodiscard]] const Pool* pool(const InstanceId& id) const;
    void wake(const InstanceId& id);
    void show_standby(const InstanceId& id);

    // sessions_check.cpp
    void end_check(const ProcessPtr& process, bool answered, Duration timeout);

    // sessions_launch.cpp
    Result<ProcessPtr> make_process(const Instance& instance, ProcessRole role);
    void enter(const ProcessPtr& process);
    Task<Started<ProcessPtr>> launch(ProcessPtr process, Instance instance);
    Task<void> make_ready(ProcessPtr process, Duration patience);
    Task<Started<ProcessPtr>> first_standby(Instance instance, Activity& activity, Progress progress);
    Task<Started<WorkloadStatus>> until_ready(ProcessPtr process, Activity& activity);

    // sessions_end.cpp
    static void plan_end(StdioProcess& process, EndPlan plan);
    void hung_up(std::uint64_t process);
    Task<void> attend(ProcessPtr process);
    Task<void> carry_out(ProcessPtr process);
    Task<void> finish(ProcessPtr process, WorkloadStatus status);
    void release(const ProcessPtr& process);
    void record_end(const StdioProcess& process);
    [[nodiscard]] bool any_below(const InstanceId& id, std::uint64_t below) const;

    // sessions_standby.cpp
    Task<void> add_standby(ProcessPtr process, Instance instance);
    Task<void> lost(WorkloadRef process, Reason reason);
    Task<void> retry_after(InstanceId id, Duration delay);
    Task<void> forgive_when_steady(InstanceId id, std::uint32_t failures);
    void standby_is_ready(const InstanceId& id);

    // sessions_adopt.cpp
    struct Kept;
    std::map<std::uint64_t, Kept> sort(std::vector<KeptDescriptor> descriptors);
    void adopt_process(Kept kept, const ManagedWorkload& workload);
    Task<void> bury(Kept kept, std::uint64_t number);

    asio::any_io_executor executor_;
    Registry& registry_;
    Store& store_;
    Runtime& runtime_;
    DescriptorKeeper& keeper_;
    HangupWatch hangups_;
    std::map<InstanceId, Pool> pools_;
    Processes by_number_;  // of all instances
};

}  // namespace mcpctl
