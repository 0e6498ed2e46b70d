#include "agent/systemd/systemd_runtime.hpp"

#include <algorithm>
#include <csignal>
#include <format>

#include "agent/core/launch_failure.hpp"
#include "agent/systemd/cgroup.hpp"
#include "agent/systemd/executable.hpp"
#include "agent/systemd/journal_reader.hpp"
#include "agent/systemd/listening_socket.hpp"
#include "agent/systemd/unit_name.hpp"
#include "agent/systemd/unit_properties.hpp"
#include "agent/systemd/unit_property_dbus.hpp"

namespace mcpctl::systemd {
namespace {

using namespace std::chrono_literals;

// PID 1 gives up on a start after TimeoutStartSec and then says so.
constexpr auto start_margin = 5s;
// How long killed processes may take to go: the kernel ends them at once unless they hang in a device.
constexpr auto end_patience = 15s;

// Runs `work` on a worker thread and comes back to the loop.
template <class Work>
auto on_worker(asio::thread_pool& workers, Work work) -> Task<decltype(work())> {
    using Value = decltype(work());
    co_return co_await asio::co_spawn(
        workers.get_executor(), [](Work task) -> Task<Value> { co_return task(); }(std::move(work)),
        asio::use_awaitable);
}

Result<UnitProperties> properties_for(const Instance& instance, const std::string& installation_id) {
    const auto argv = instance.config.argv(instance.port);
    return find_executable(argv.empty() ? "" : argv.front()).and_then([&](const std::string& executable) {
        return build_unit_properties(instance, {installation_id, executable});
    });
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

SystemdRuntime::SystemdRuntime(const asio::any_io_executor& executor, std::string installation_id)
    : installation_id_(std::move(installation_id)),
      pid1_(executor, {.unit_changed = [this](const std::string& unit) { unit_changed(unit); },
                       .lost_track = [this] { lost_track(); }}),
      workers_(2) {}

SystemdRuntime::~SystemdRuntime() {
    workers_.join();
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

Task<Result<WorkloadStatus>> SystemdRuntime::launch(const Instance& instance) {
    const std::string unit = unit_name({instance.id, instance.generation});
    const auto properties = properties_for(instance, installation_id_);
    if (!properties) {
        co_return std::unexpected(properties.error());
    }
    const auto executed = co_await start(unit, *properties, instance.config.profile.start_timeout + start_margin);
    if (!executed) {
        co_return std::unexpected(executed.error());
    }
    auto status = co_await status_of(unit);
    if (!status || *executed) {
        co_return status;
    }
    co_return std::unexpected(launch_failure(
        {status->reason.code, std::format("{} {}", instance.config.argv(instance.port).front(), status->reason.text)}));
}

// True when the program was executed, whatever became of it since; what went wrong otherwise is read from the unit.
Task<Result<bool>> SystemdRuntime::start(const std::string& unit, const UnitProperties& properties,
                                         Clock::duration patience) {
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
    co_return job.transform([](const std::string& result) { return result == "done"; });
}

Task<Result<bool>> SystemdRuntime::settle(const std::string& unit, Clock::time_point deadline) {
    UnitWatch watch(watches_, unit);
    while (true) {
        const auto seen = watch.changes();
        const auto snapshot = co_await read_unit(pid1_, unit);
        if (snapshot && workload_status(snapshot->state).phase != WorkloadPhase::starting) {
            co_return snapshot->state.exec_main_handoff != 0;
        }
        if (!co_await watch.until_changed(seen, deadline)) {
            co_return fail(ErrorCode::TimedOut, "the unit did not start in time");
        }
    }
}

Task<Result<PortHolder>> SystemdRuntime::port_holder(const WorkloadRef& workload, std::uint16_t port) {
    const auto group = co_await pid1_.property(unit_name(workload), UnitInterface::service, "ControlGroupId");
    if (!group) {
        co_return std::unexpected(group.error());
    }
    const auto sockets = listening_sockets(port);
    co_return sockets.and_then([&](const auto& found) { return holder_among(found, group->get<std::uint64_t>()); });
}

Task<Result<void>> SystemdRuntime::verify(const Instance& instance) {
    const std::string unit = unit_name({instance.id, instance.generation});
    const auto wanted = properties_for(instance, installation_id_);
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

Task<Result<void>> SystemdRuntime::unless_foreign(std::string unit) {
    const auto snapshot = co_await read_unit(pid1_, unit);
    if (!snapshot) {
        co_return std::unexpected(snapshot.error());
    }
    co_return is_foreign(*snapshot, installation_id_) ? not_managed(unit) : Result<void>{};
}

Task<Result<void>> SystemdRuntime::request_stop(const WorkloadRef& workload) {
    const std::string unit = unit_name(workload);
    if (auto ours = co_await unless_foreign(unit); !ours) {
        co_return ours;
    }
    auto stopped = co_await pid1_.stop_unit(unit);
    co_return co_await unless_absent(unit, std::move(stopped));
}

Task<Result<void>> SystemdRuntime::kill(const WorkloadRef& workload) {
    return kill_unit(unit_name(workload));
}

Task<Result<void>> SystemdRuntime::kill_unit(std::string unit) {
    if (auto ours = co_await unless_foreign(unit); !ours) {
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
    if (auto ours = co_await unless_foreign(unit); !ours) {
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
    if (auto ended = co_await end_unit(unit_name(ref)); !ended) {
        co_return ended;
    }
    co_return co_await remove_slice(ref.instance);
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
    if (group && is_populated(group->get<std::string>())) {
        co_return fail(ErrorCode::Busy, std::format("processes are left in {}", slice));
    }
    co_return co_await unless_absent(slice, co_await pid1_.stop_unit(slice));
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
    WorkloadListing listing;
    for (const ListedUnit& unit : *units) {
        if (is_own_service(unit.name) || unit.load_state == "not-found") {
            continue;
        }
        const auto snapshot = co_await read_unit(pid1_, unit.name);
        if (!snapshot) {
            co_return std::unexpected(snapshot.error());
        }
        const auto workload = parse_unit_name(unit.name);
        if (workload && snapshot->carries(installation_mark(installation_id_))) {
            listing.managed.push_back({*workload, workload_status(snapshot->state)});
        } else if (snapshot->state.load_state != "not-found") {  // it may have gone since the listing
            listing.foreign.push_back({unit.name});
        }
    }
    co_return listing;
}

Task<bool> SystemdRuntime::shutting_down() {
    const auto state = co_await pid1_.system_state();
    co_return state == Result<std::string>("stopping");
}

}  // namespace mcpctl::systemd
