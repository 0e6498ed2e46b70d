// A client of PID 1 on its private socket: works without a bus, for root only. The connection is made anew whenever it
// is lost, as every daemon-reexec does.
#pragma once

#include <sdbus-c++/IConnection.h>
#include <sdbus-c++/Types.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/systemd/unit_property.hpp"
#include "base/async.hpp"
#include "base/error.hpp"

namespace mcpctl::systemd {

using PropertyMap = std::map<std::string, sdbus::Variant>;

enum class UnitInterface : std::uint8_t { unit, service, slice };

struct ListedUnit {
    std::string name;
    std::string load_state;
    std::string active_state;
    std::string sub_state;
    std::uint32_t job = 0;  // number of the queued job, 0: none
};

class Pid1 {
  public:
    struct Events {
        std::function<void(const std::string& unit)> unit_changed;
        // Connected after PID 1 could not be reached for a while, or it has reloaded: anything may be different.
        std::function<void()> lost_track;
    };

    // Connects at once and goes on trying. `events` are called from the loop until destruction.
    Pid1(const asio::any_io_executor& executor, Events events, std::string socket = "/run/systemd/private");
    Pid1(const Pid1&) = delete;
    Pid1& operator=(const Pid1&) = delete;
    ~Pid1();

    // Every call waits for the connection and the reply at most a few seconds and ends with Unavailable or TimedOut.
    // A unit that is not loaded gives Unavailable from the methods and a LoadState of not-found from properties().

    // Returns the result of the start job: "done", "failed", "timeout", "canceled", "dependency", … AlreadyExists
    // where a unit of this name is loaded. Unavailable also when the connection was lost on the way.
    Task<Result<std::string>> start_transient_unit(std::string name, const UnitProperties& properties,
                                                   Clock::duration patience);
    // Returns when the job is queued.
    Task<Result<void>> stop_unit(std::string name);
    // To all processes of the unit.
    Task<Result<void>> kill_unit(std::string name, int signal);
    // Returns when it is done.
    Task<Result<void>> thaw_unit(std::string name);
    // Forgets a failure, its count of restarts and its start limit.
    Task<Result<void>> reset_failed_unit(std::string name);

    // Of all the unit's interfaces together, as they were at one moment.
    Task<Result<PropertyMap>> properties(std::string unit);
    Task<Result<sdbus::Variant>> property(std::string unit, UnitInterface interface, std::string name);
    Task<Result<std::vector<ListedUnit>>> units_matching(std::string pattern);
    // "running", "degraded", "stopping", …
    Task<Result<std::string>> system_state();
    // µs on the monotonic clock at which this user space was begun; a daemon-reexec does not change it.
    Task<Result<std::uint64_t>> userspace_start();

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace mcpctl::systemd
