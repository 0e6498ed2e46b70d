// Port to what runs workloads. Every call has a deadline of its own inside and ends with Unavailable when the runtime
// does not answer. Events are hints; inspect() and list() are truth.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "agent/core/instance.hpp"
#include "base/async.hpp"

namespace mcpctl {

// Names one workload: the runtime derives its own name from it, always the same.
struct WorkloadRef {
    InstanceId instance;
    std::uint64_t generation = 0;
    // 0 where there is one process, as of every HTTP server, else the random number of one process of a stdio server.
    std::uint64_t process = 0;

    friend auto operator<=>(const WorkloadRef&, const WorkloadRef&) = default;
};

enum class WorkloadPhase : std::uint8_t {
    absent,      // the runtime knows nothing of it
    starting,    // not yet executed
    running,     // its main process runs
    restarting,  // ended; the runtime will start it again by itself after a delay
    stopping,    // asked to stop, or ended with processes left
    exited,      // ended with exit code 0
    failed,      // ended otherwise, or given up
};

struct WorkloadStatus {
    WorkloadPhase phase = WorkloadPhase::absent;
    std::string runtime_id;  // invocation id, or the id of the container
    int pid = 0;             // of the main process, 0 when none
    std::string said;        // what it last told its runtime of its own state: of a container's relay, see docker
    WallTime unreachable_since = 0;  // since when the engine of its container does not answer; 0: it does
    std::string image = {};          // of its container: the id of the image
    std::uint32_t restarts = 0;      // done by the runtime itself
    Reason reason;                   // how it ended, for restarting, exited and failed
    WallTime since = 0;              // when it entered the phase
};

struct ManagedWorkload {
    WorkloadRef ref;
    WorkloadStatus status;
};

// A workload under our names that we did not make.
struct ForeignWorkload {
    std::string name;
};

struct WorkloadListing {
    std::vector<ManagedWorkload> managed;
    std::vector<ForeignWorkload> foreign;
    // Of these something is there that holds workloads together, whether or not it holds any.
    std::vector<InstanceId> groups;
};

enum class PortHolder : std::uint8_t {
    nobody,    // nothing listens
    workload,  // a process of this workload does
    other,     // another process does: the workload is not reachable there
};

// For one process of a stdio server: its number, and the socket that becomes its input and output, borrowed for the
// call.
struct ProcessLaunch {
    std::uint64_t process = 0;
    int stdio = -1;
};

// What is told and asked while something takes its time.
struct Preparation {
    std::function<void(std::string)> progress;
    std::function<bool()> canceled;
};

// What all processes of an instance use together. Nothing where the system does not tell, which is not 0.
struct ResourceUse {
    std::optional<std::uint64_t> memory = {};  // bytes
    std::optional<std::uint64_t> cpu = {};     // µs of processor time
    std::optional<std::uint64_t> tasks = {};   // processes and threads

    friend bool operator==(const ResourceUse&, const ResourceUse&) = default;
};

// What holds for a workload, in the words of what enforces it: "ProtectSystem", "strict".
struct EnforcedSetting {
    std::string name;
    std::string value;

    friend bool operator==(const EnforcedSetting&, const EnforcedSetting&) = default;
};

class Runtime {
  public:
    virtual ~Runtime() = default;

    // Which engine is to keep the containers of an instance whose profile names none: the first that answers.
    virtual Task<Result<std::string>> default_engine() {
        co_return fail(ErrorCode::NotSupported, "this runtime has no engines", "engine");
    }
    // What the next workload of this configuration would run under, in the order of enforcement.
    [[nodiscard]] virtual Result<std::vector<EnforcedSetting>> enforced(const InstanceConfig& /*config*/) const {
        return {};
    }
    // Before a start: fetches what it needs and is not there yet, such as an image, however long it takes. Errors as of
    // launch().
    virtual Task<Result<void>> prepare(const Instance& /*instance*/, Preparation /*preparation*/) {
        co_return Result<void>();
    }

    // Starts the workload and returns when its program is executed. AlreadyExists where a workload of this name is
    // there, whatever its phase. An instance's generation, and each process of it, is launched at most once.
    virtual Task<Result<WorkloadStatus>> launch(const Instance& instance, ProcessLaunch process) = 0;
    virtual Task<Result<WorkloadStatus>> inspect(const WorkloadRef& workload) = 0;
    virtual Task<Result<PortHolder>> port_holder(const WorkloadRef& workload, std::uint16_t port) = 0;
    // Compares the effective properties with those asked for; the error is NotManaged with the differing property.
    virtual Task<Result<void>> verify(const Instance& instance, std::uint64_t process) = 0;
    // SIGTERM to all of it. The runtime kills it by itself after the profile's maxDrainTimeout.
    virtual Task<Result<void>> request_stop(const WorkloadRef& workload) = 0;
    // SIGKILL to all of it; it is not started again.
    virtual Task<Result<void>> kill(const WorkloadRef& workload) = 0;
    // The same, as a failure after which the restart policy applies.
    virtual Task<Result<void>> kill_as_failure(const WorkloadRef& workload) = 0;
    // Ends what may be left, verifies that no process is, and makes the runtime forget it; no error when absent.
    virtual Task<Result<void>> forget(const WorkloadRef& workload) = 0;
    // Verifies that nothing of the instance is left, and forgets what held its workloads together.
    virtual Task<Result<void>> forget_instance(const InstanceId& instance) = 0;
    // Forgets past failures of a running workload, so that its next restart begins with the shortest delay again.
    virtual Task<Result<void>> reset_failures(const WorkloadRef& workload) = 0;
    // The last lines that it wrote, oldest first; sanitised for display.
    virtual Task<std::vector<std::string>> last_lines(const WorkloadRef& workload, std::size_t count) = 0;
    // How it ended, from the system's own record, for a workload that is absent; code unknown where there is none.
    virtual Task<Reason> witness(const WorkloadRef& workload) = 0;
    virtual Task<Result<WorkloadListing>> list() = 0;
    // A runtime that cannot tell leaves it at this.
    virtual Task<ResourceUse> use_of(InstanceId /*instance*/) { co_return ResourceUse{}; }
    // Tells one boot of the machine from the next: no workload of another boot is left.
    virtual Task<Result<std::string>> boot() = 0;
    // True while the machine shuts down: then a death is neither a failure nor a restart.
    virtual Task<bool> shutting_down() = 0;

    struct Events {
        std::function<void(const WorkloadRef&)> changed;  // look at this workload
        std::function<void()> lost_track;                 // look at all of them; properties may have been reread
    };
    // Called from the loop. Set once, before the first launch.
    virtual void on_events(Events events) = 0;
};

}  // namespace mcpctl
