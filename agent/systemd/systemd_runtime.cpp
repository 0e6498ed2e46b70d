#include "agent/systemd/systemd_runtime.hpp"

#include <systemd/sd-id128.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <format>

#include "agent/core/launch_failure.hpp"
#include "agent/systemd/cgroup.hpp"
#include "agent/systemd/executable.hpp"
#include "agent/systemd/journal_reader.hpp"
#include "agent/systemd/listening_socket.hpp"
#include "agent/systemd/resource_use.hpp"
#include "agent/systemd/start_needs.hpp"
#include "agent/systemd/unit_name.hpp"
#include "agent/systemd/unit_properties.hpp"
#include "agent/systemd/unit_property_dbus.hpp"
#include "agent/systemd/unit_property_text.hpp"
#include "base/concurrently.hpp"
#include "base/worker.hpp"

namespace mcpctl::systemd {
namespace {

using namespace std::chrono_literals;

// PID 1 gives up on a start after TimeoutStartSec and then says so.
constexpr auto start_margin = 5s;
// The result of a start job whose program was executed.
constexpr const char* done = "done";
// How long killed processes may take to go: the kernel ends them at once unless they hang in a device.
constexpr auto end_patience = 15s;
constexpr auto helper_patience = 5s;
// So that PID 1 never waits for us, and we not long for it when somebody else asks.
constexpr std::size_t most_reads_at_once = 16;
// PID 1 runs all the jobs it has before it answers anybody, each for 0.1 s, because the kernel verifies the filter of
// bind() for each unit: many starts at once made it deaf for 16 s, and calls timed out (measured). It works on one
// after the other anyway; only what its children do overlaps.
constexpr std::size_t most_starts_at_once = 4;
constexpr auto longest_start = 10s;

// What the unit runs: the server, or what stands for its container.
std::string program_of(const Instance& instance) {
    const auto argv = instance.config.argv(instance.port);
    return instance.config.in_container() ? MCPCTL_RELAY : argv.empty() ? "" : argv.front();
}

// A unit that is not loaded, or not any more, carries nothing and is nobody's.
bool is_foreign(const UnitSnapshot& unit, const std::string& installation_id) {
    return unit.state.load_state == "loaded" && !unit.carries(installation_mark(installation_id));
}

std::unexpected<Error> not_managed(const std::string& unit) {
    return fail(ErrorCode::NotManaged, std::format("{} was not made by this installation and is left alone", unit), {},
                std::format("see whose it is: systemctl status {}", unit));
}

bool is_gone(const UnitState& unit) {
    return unit.load_state == "not-found" || (unit.active_state == "inactive" && unit.job == 0);
}

}  // namespace

// Made to be compared, they need no descriptor.
Result<UnitProperties> SystemdRuntime::properties_of(const Instance& instance, std::string executable,
                                                     std::uint64_t process, std::optional<int> stdio) const {
    return build_unit_properties(instance,
                                 {installation_id_, std::move(executable), process, stdio, secrets_directory_});
}

SystemdRuntime::SystemdRuntime(const asio::any_io_executor& executor, std::string installation_id,
                               std::string secrets_directory)
    : installation_id_(std::move(installation_id)),
      secrets_directory_(std::move(secrets_directory)),
      pid1_(executor, {.unit_changed = [this](const std::string& unit) { unit_changed(unit); },
                       .lost_track = [this] { lost_track(); }}),
      starts_(most_starts_at_once, longest_start),
      workers_(2) {}

SystemdRuntime::~SystemdRuntime() {
    workers_.join();
}

Result<std::vector<EnforcedSetting>> SystemdRuntime::enforced(const InstanceConfig& config) const {
    Instance instance;
    instance.config = config;
    instance.port = config.server.port;
    return properties_of(instance, program_of(instance), 0).transform(settings_of);
}

void SystemdRuntime::unit_changed(const std::string& unit) {
    watches_.notify(unit);
    if (const auto workload = parse_unit_name(unit); workload && events_.changed) {
        events_.changed(*workload);
    }
}

void SystemdRuntime::lost_track() {
    watches_.notify_all();
    if (events_.lost_track) {
        events_.lost_track();
    }
}

Task<Result<WorkloadStatus>> SystemdRuntime::status_of(std::string unit) {
    const auto snapshot = co_await read_unit(pid1_, std::move(unit));
    co_return snapshot.transform([this](const UnitSnapshot& found) {
        return is_foreign(found, installation_id_) ? WorkloadStatus{} : workload_status(found.state);
    });
}

Task<Result<WorkloadStatus>> SystemdRuntime::inspect(const WorkloadRef& workload) {
    return status_of(unit_name(workload));
}

Task<Result<void>> SystemdRuntime::prepare(const Instance& instance, Preparation /*preparation*/) {
    return find_needs(instance.config);
}

Task<Result<void>> SystemdRuntime::find_needs(InstanceConfig config) {
    if (config.profile.acts_as_user()) {
        auto found = co_await on_worker(workers_, [user = config.profile.user] { return find_static_user(user); });
        if (!found) {
            co_return found;
        }
    }
    co_return find_secrets(config, secrets_directory_);
}

Task<Result<WorkloadStatus>> SystemdRuntime::launch(const Instance& instance, ProcessLaunch process) {
    const std::string unit = unit_name({instance.id, instance.generation, process.process});
    if (auto found = co_await find_needs(instance.config); !found) {
        co_return std::unexpected(found.error());
    }
    const auto properties = find_executable(program_of(instance)).and_then([&](std::string executable) {
        return properties_of(instance, std::move(executable), process.process,
                             process.stdio < 0 ? std::nullopt : std::optional(process.stdio));
    });
    if (!properties) {
        co_return std::unexpected(properties.error());
    }
    const auto executed = co_await start(unit, *properties, instance.config.profile.start_timeout + start_margin);
    if (!executed) {
        co_return std::unexpected(executed.error());
    }
    auto status = co_await status_of(unit);
    if (!status || *executed == done) {
        co_return status;
    }
    const std::string why = status->reason.text.empty()
                                ? std::format("did not start: the result of its job is {}", *executed)
                                : status->reason.text;
    co_return std::unexpected(launch_failure({status->reason.code, std::format("{} {}", program_of(instance), why)}));
}

// The result of the start job: "done" when the program was executed, whatever became of it since; what went wrong
// otherwise is read from the unit.
Task<Result<std::string>> SystemdRuntime::start(const std::string& unit, const UnitProperties& properties,
                                                Clock::duration patience) {
    const auto place = co_await starts_.enter();
    const auto deadline = Clock::now() + patience;
    auto job = co_await pid1_.start_transient_unit(unit, properties, patience);
    if (!job && job.error().code == ErrorCode::Unavailable) {
        // The connection broke: PID 1 has the unit, or it never heard of it. Its name tells which.
        const auto status = co_await status_of(unit);
        if (!status) {
            co_return std::unexpected(status.error());
        }
        if (status->phase != WorkloadPhase::absent) {
            co_return co_await settle(unit, deadline);
        }
        job = co_await pid1_.start_transient_unit(unit, properties, deadline - Clock::now());
    }
    co_return job;
}

Task<Result<std::string>> SystemdRuntime::settle(const std::string& unit, Clock::time_point deadline) {
    UnitWatch watch(watches_, unit);
    while (true) {
        const auto seen = watch.changes();
        const auto snapshot = co_await read_unit(pid1_, unit);
        if (snapshot && workload_status(snapshot->state).phase != WorkloadPhase::starting) {
            co_return snapshot->state.exec_main_handoff != 0 ? done : "failed";
        }
        if (!co_await watch.until_changed(seen, deadline)) {
            co_return fail(ErrorCode::TimedOut, "the unit did not start in time");
        }
    }
}

// Asked at each check, about a socket that hardly ever changes: where it is of the cgroup that had the port before,
// nobody else is asked. The id of a cgroup is never given again.
Task<Result<PortHolder>> SystemdRuntime::port_holder(const WorkloadRef& workload, std::uint16_t port) {
    const WorkloadRef ref = workload;
    if (const auto known = port_groups_.find(ref); known != port_groups_.end()) {
        const auto socket = answering_socket(port);
        if (socket && socket->cgroup_id == known->second) {
            co_return PortHolder::workload;
        }
        port_groups_.erase(known);
    }
    const auto group = co_await pid1_.property(unit_name(ref), UnitInterface::service, "ControlGroupId");
    if (!group) {
        co_return std::unexpected(group.error());
    }
    const auto sockets = listening_sockets(port);
    const auto holder =
        sockets.and_then([&](const auto& found) { return holder_among(found, group->get<std::uint64_t>()); });
    if (holder && *holder == PortHolder::workload) {
        port_groups_[ref] = group->get<std::uint64_t>();
    }
    co_return holder;
}

Task<Result<void>> SystemdRuntime::verify(const Instance& instance, std::uint64_t process) {
    const std::string unit = unit_name({instance.id, instance.generation, process});
    // Not the path that would be found now: since its start another program of that name may have come, or this one
    // gone.
    const auto wanted = properties_of(instance, program_of(instance), process);
    if (!wanted) {
        co_return std::unexpected(wanted.error());
    }
    const auto effective = co_await pid1_.properties(unit);
    if (!effective) {
        co_return std::unexpected(effective.error());
    }
    if (read_snapshot(*effective).state.load_state == "not-found") {
        co_return fail(ErrorCode::NotFound, std::format("{} is not loaded", unit));
    }
    co_return compare_effective(*wanted, *effective);
}

// A unit that is gone is what a stop wants; PID 1 calls it an error.
Task<Result<void>> SystemdRuntime::unless_absent(std::string unit, Result<void> outcome) {
    if (outcome) {
        co_return outcome;
    }
    const auto status = co_await status_of(std::move(unit));
    if (status && (status->phase == WorkloadPhase::absent || status->pid == 0)) {
        co_return Result<void>{};
    }
    co_return outcome;
}

Task<Result<void>> SystemdRuntime::make_stoppable(std::string unit) {
    const auto snapshot = co_await read_unit(pid1_, unit);
    if (!snapshot) {
        co_return std::unexpected(snapshot.error());
    }
    if (is_foreign(*snapshot, installation_id_)) {
        co_return not_managed(unit);
    }
    const std::string& freezer = snapshot->freezer_state;
    if (freezer.starts_with("frozen") || freezer.starts_with("freezing")) {
        const auto workload = parse_unit_name(unit);
        const bool by_slice = freezer.ends_with("by-parent") && workload;
        co_return co_await pid1_.thaw_unit(by_slice ? slice_name(workload->instance) : unit);
    }
    co_return Result<void>{};
}

Task<Result<void>> SystemdRuntime::request_stop(const WorkloadRef& workload) {
    const std::string unit = unit_name(workload);
    if (auto ours = co_await make_stoppable(unit); !ours) {
        co_return ours;
    }
    auto stopped = co_await pid1_.stop_unit(unit);
    co_return co_await unless_absent(unit, std::move(stopped));
}

Task<Result<void>> SystemdRuntime::kill(const WorkloadRef& workload) {
    return kill_unit(unit_name(workload));
}

Task<Result<void>> SystemdRuntime::kill_unit(std::string unit) {
    if (auto ours = co_await make_stoppable(unit); !ours) {
        co_return ours;
    }
    // Stopping it first keeps PID 1 from restarting what is killed.
    if (auto stopped = co_await unless_absent(unit, co_await pid1_.stop_unit(unit)); !stopped) {
        co_return stopped;
    }
    co_return co_await unless_absent(unit, co_await pid1_.kill_unit(unit, SIGKILL));
}

Task<Result<void>> SystemdRuntime::kill_as_failure(const WorkloadRef& workload) {
    const std::string unit = unit_name(workload);
    if (auto ours = co_await make_stoppable(unit); !ours) {
        co_return ours;
    }
    auto killed = co_await pid1_.kill_unit(unit, SIGKILL);
    co_return co_await unless_absent(unit, std::move(killed));
}

Task<Result<void>> SystemdRuntime::reset_failures(const WorkloadRef& workload) {
    const std::string unit = unit_name(workload);
    auto reset = co_await pid1_.reset_failed_unit(unit);
    co_return co_await unless_absent(unit, std::move(reset));
}

Task<Result<void>> SystemdRuntime::forget(const WorkloadRef& workload) {
    const WorkloadRef ref = workload;
    port_groups_.erase(ref);
    if (auto ended = co_await end_unit(unit_name(ref)); !ended) {
        co_return ended;
    }
    if (ref.process != 0) {  // other processes of a stdio server go on in the same slice
        co_return Result<void>{};
    }
    co_return co_await remove_slice(ref.instance);
}

Task<Result<void>> SystemdRuntime::forget_instance(const InstanceId& instance) {
    return remove_slice(instance);
}

// Stops, kills and unloads. The unit is only inactive or failed once no process of it is left, or SIGKILL did not help.
Task<Result<void>> SystemdRuntime::end_unit(std::string unit) {
    const auto deadline = Clock::now() + end_patience;
    UnitWatch watch(watches_, unit);
    bool stopping = false;
    while (true) {
        const auto seen = watch.changes();
        const auto snapshot = co_await read_unit(pid1_, unit);
        if (!snapshot) {
            co_return std::unexpected(snapshot.error());
        }
        if (is_gone(snapshot->state)) {
            co_return Result<void>{};
        }
        if (is_foreign(*snapshot, installation_id_)) {
            co_return not_managed(unit);
        }
        if (snapshot->state.active_state == "failed" && !snapshot->state.sub_state.contains("auto-restart")) {
            const auto group = co_await pid1_.property(unit, UnitInterface::service, "ControlGroup");
            if (group && is_populated(group->get<std::string>())) {
                co_return fail(ErrorCode::Busy, "processes of the unit survive SIGKILL");
            }
            co_return co_await unless_absent(unit, co_await pid1_.reset_failed_unit(unit));
        }
        if (!std::exchange(stopping, true)) {
            if (auto killed = co_await kill_unit(unit); !killed) {
                co_return killed;
            }
        }
        if (!co_await watch.until_changed(seen, deadline)) {
            co_return fail(ErrorCode::TimedOut, "the unit did not end after SIGKILL");
        }
    }
}

Task<Result<void>> SystemdRuntime::remove_slice(InstanceId instance) {
    const std::string slice = slice_name(instance);
    const auto units = co_await pid1_.units_matching(unit_pattern(instance));
    if (!units) {
        co_return std::unexpected(units.error());
    }
    // Stopping a slice stops what is in it: another generation may be there already.
    const auto is_alive = [](const ListedUnit& unit) {
        return unit.active_state != "inactive" && unit.active_state != "failed";
    };
    if (std::ranges::any_of(*units, is_alive)) {
        co_return Result<void>{};
    }
    const auto group = co_await pid1_.property(slice, UnitInterface::slice, "ControlGroup");
    // Podman's helper of a container that has ended takes a moment to go.
    const auto deadline = Clock::now() + helper_patience;
    while (group && is_populated(group->get<std::string>())) {
        if (Clock::now() > deadline || !co_await wait_for(10ms)) {
            co_return fail(ErrorCode::Busy, std::format("processes are left in {}", slice));
        }
    }
    co_return co_await stop_slice(slice);
}

// Returns when its stop job is done: PID 1 refuses a start in a slice that has one, as of a restart's next generation.
Task<Result<void>> SystemdRuntime::stop_slice(std::string slice) {
    const auto deadline = Clock::now() + end_patience;
    UnitWatch watch(watches_, slice);
    bool stopping = false;
    while (true) {
        const auto seen = watch.changes();
        const auto snapshot = co_await read_unit(pid1_, slice);
        if (!snapshot) {
            co_return std::unexpected(snapshot.error());
        }
        if (is_gone(snapshot->state)) {
            co_return Result<void>{};
        }
        if (!std::exchange(stopping, true)) {
            if (auto stopped = co_await unless_absent(slice, co_await pid1_.stop_unit(slice)); !stopped) {
                co_return stopped;
            }
        } else if (!co_await watch.until_changed(seen, deadline)) {
            co_return fail(ErrorCode::TimedOut, std::format("{} did not stop", slice));
        }
    }
}

Task<ResourceUse> SystemdRuntime::use_of(InstanceId instance) {
    const auto group = co_await pid1_.property(slice_name(instance), UnitInterface::slice, "ControlGroup");
    if (!group) {
        co_return ResourceUse{};
    }
    co_return co_await on_worker(workers_, [path = group->get<std::string>()] { return resource_use(path); });
}

Task<std::vector<std::string>> SystemdRuntime::last_lines(const WorkloadRef& workload, std::size_t count) {
    return on_worker(workers_, [unit = unit_name(workload), count] {
        synchronize_journal();
        return last_lines_of(unit, count);
    });
}

Task<Reason> SystemdRuntime::witness(const WorkloadRef& workload) {
    return on_worker(workers_, [unit = unit_name(workload)] {
        synchronize_journal();
        return recorded_end_of(unit);
    });
}

Task<Result<WorkloadListing>> SystemdRuntime::list() {
    const auto units = co_await pid1_.units_matching(std::string(workload_pattern));
    if (!units) {
        co_return std::unexpected(units.error());
    }
    const auto slices = co_await pid1_.units_matching(std::string(slice_pattern));
    if (!slices) {
        co_return std::unexpected(slices.error());
    }
    Result<WorkloadListing> listing;
    for (const ListedUnit& slice : *slices) {
        if (const auto instance = parse_slice_name(slice.name); instance && slice.active_state != "inactive") {
            listing->groups.push_back(*instance);
        }
    }
    co_await concurrently(units->size(), most_reads_at_once, [&](std::size_t index) -> Task<void> {
        const ListedUnit& unit = (*units)[index];
        if (!listing || is_own_service(unit.name) || unit.load_state == "not-found") {
            co_return;
        }
        const auto snapshot = co_await read_listed(pid1_, unit);
        if (!snapshot) {
            listing = std::unexpected(snapshot.error());
        }
        if (!listing) {
            co_return;
        }
        const auto workload = parse_unit_name(unit.name);
        if (workload && snapshot->carries(installation_mark(installation_id_))) {
            listing->managed.push_back({*workload, workload_status(snapshot->state)});
        } else if (snapshot->state.load_state != "not-found") {  // it may have gone since the listing
            listing->foreign.push_back({unit.name});
        }
    });
    co_return listing;
}

// The kernel's boot id is not enough: a soft-reboot and a container that shares it with its host (Docker and Podman do
// not give it one of its own, LXC and nspawn do) start all of user space anew under the same id. When PID 1 began to
// run tells them apart, and outlives daemon-reexec (measured on systemd 257).
Task<Result<std::string>> SystemdRuntime::boot() {
    sd_id128_t id{};
    std::array<char, SD_ID128_STRING_MAX> text{};
    if (sd_id128_get_boot(&id) >= 0) {
        sd_id128_to_string(id, text.data());
    }
    const auto began = co_await pid1_.userspace_start();
    co_return began.transform([&](std::uint64_t usec) { return std::format("{}+{}", text.data(), usec); });
}

Task<bool> SystemdRuntime::shutting_down() {
    const auto state = co_await pid1_.system_state();
    co_return state == Result<std::string>("stopping");
}

}  // namespace mcpctl::systemd
