// What systemd says about a unit, and what that means for a workload. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "agent/core/runtime.hpp"

namespace mcpctl::systemd {

// Values of a unit's properties of the same names.
struct UnitState {
    std::string load_state;
    std::string active_state;
    std::string sub_state;
    std::string result;
    std::string restart;                  // the policy
    std::string status_text;              // what it told PID 1 last of itself
    std::int32_t exec_main_code = 0;      // CLD_EXITED, CLD_KILLED or CLD_DUMPED; 0: has not ended
    std::int32_t exec_main_status = 0;    // exit code or signal
    std::uint64_t exec_main_handoff = 0;  // when the program was executed, 0: never
    std::uint32_t n_restarts = 0;
    std::uint32_t start_limit_burst = 0;
    std::uint32_t main_pid = 0;
    std::uint32_t job = 0;           // number of the queued job, 0: none
    std::uint64_t state_change = 0;  // wall time
    std::string invocation_id;       // 32 hex digits
};

[[nodiscard]] WorkloadStatus workload_status(const UnitState& unit);

// `exit_code` as in waitid(2): CLD_EXITED, CLD_KILLED, CLD_DUMPED.
[[nodiscard]] Reason reason_of_exit(std::int32_t exit_code, std::int32_t status);

}  // namespace mcpctl::systemd
