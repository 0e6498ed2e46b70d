#include "agent/systemd/unit_status.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <format>

namespace mcpctl::systemd {
namespace {

// Exit code of systemd's own child when execve() failed (systemd.exec(5), "Process Exit Codes").
constexpr std::int32_t exit_exec = 203;

std::string signal_text(std::int32_t number) {
    const char* name = ::sigabbrev_np(number);
    return name != nullptr ? std::format("SIG{}", name) : std::format("signal {}", number);
}

bool never_executed(const UnitState& unit) {
    return unit.exec_main_handoff == 0;
}

// What went wrong before the program ran: the child that PID 1 prepares for it reports it as an exit code.
Reason reason_of_setup_failure(std::int32_t status) {
    struct SetupStep {
        std::int32_t exit_code;
        const char* text;
    };
    static constexpr std::array steps{
        SetupStep{200, "its working directory cannot be entered"},
        SetupStep{217, "its user cannot be made"},
        SetupStep{226, "its file system view cannot be made; do all readPaths and writePaths exist?"},
        SetupStep{228, "its system call filter cannot be installed"},
        SetupStep{238, "its state directory cannot be made"},
        SetupStep{239, "its cache directory cannot be made"},
        SetupStep{243, "its secrets cannot be decrypted; set them again on this machine: mcpctl secret list"},
    };
    if (status == exit_exec) {
        return {ReasonCode::missing_executable,
                "cannot be executed: not there, not executable, or not visible inside the sandbox"};
    }
    const auto* step = std::ranges::find(steps, status, &SetupStep::exit_code);
    return {ReasonCode::exit_code, std::format("could not be set up by systemd (exit code {}){}{}", status,
                                               step == steps.end() ? "" : ": ", step == steps.end() ? "" : step->text)};
}

Reason reason_of_end(const UnitState& unit) {
    if (unit.result == "oom-kill") {
        return {ReasonCode::out_of_memory, "ran out of memory and was killed"};
    }
    if (unit.result == "timeout") {
        return never_executed(unit) ? Reason{ReasonCode::start_timeout, "could not be executed in time"}
                                    : Reason{ReasonCode::signal, "did not end after SIGTERM and was killed"};
    }
    if (unit.exec_main_code != 0) {
        return unit.exec_main_code == CLD_EXITED && unit.exec_main_status != 0 && never_executed(unit)
                   ? reason_of_setup_failure(unit.exec_main_status)
                   : reason_of_exit(unit.exec_main_code, unit.exec_main_status);
    }
    return {ReasonCode::unknown, std::format("ended; systemd reports '{}' and no exit", unit.result)};
}

// PID 1 leaves the result of the last run in place when it gives up (measured on systemd 257: exit-code, not
// start-limit-hit) and counts the refused attempt as a restart.
bool gave_up(const UnitState& unit) {
    return unit.result == "start-limit-hit" ||
           (unit.active_state == "failed" && unit.restart != "no" && unit.start_limit_burst > 0 &&
            unit.n_restarts >= unit.start_limit_burst);
}

WorkloadPhase phase_of(const UnitState& unit) {
    const std::string& active = unit.active_state;
    if (unit.sub_state.contains("auto-restart")) {  // also dead- and failed-before-auto-restart, auto-restart-queued
        return WorkloadPhase::restarting;
    }
    if (active == "activating") {
        return WorkloadPhase::starting;
    }
    if (active == "deactivating") {
        return WorkloadPhase::stopping;
    }
    if (active == "failed") {
        return WorkloadPhase::failed;
    }
    if (active == "inactive") {
        if (unit.job != 0) {
            return WorkloadPhase::starting;
        }
        return unit.result == "success" && unit.exec_main_code != 0 ? WorkloadPhase::exited : WorkloadPhase::failed;
    }
    return unit.sub_state == "exited" ? WorkloadPhase::exited : WorkloadPhase::running;
}

bool has_ended(WorkloadPhase phase) {
    return phase == WorkloadPhase::restarting || phase == WorkloadPhase::exited || phase == WorkloadPhase::failed;
}

}  // namespace

Reason reason_of_exit(std::int32_t exit_code, std::int32_t status) {
    if (exit_code == CLD_EXITED) {
        return {ReasonCode::exit_code, std::format("exited with code {}", status)};
    }
    return {ReasonCode::signal,
            std::format("was killed by {}{}", signal_text(status), exit_code == CLD_DUMPED ? " (core dumped)" : "")};
}

WorkloadStatus workload_status(const UnitState& unit) {
    // A unit that is not loaded says "success" and "exit code 0" about everything, whatever happened.
    if (unit.load_state == "not-found" || unit.load_state.empty()) {
        return {};
    }
    WorkloadStatus status{.phase = phase_of(unit),
                          .runtime_id = unit.invocation_id,
                          .pid = int(unit.main_pid),
                          .said = unit.status_text,
                          .unreachable_since = 0,
                          .restarts = unit.n_restarts,
                          .reason = {},
                          .since = unit.state_change};
    if (has_ended(status.phase)) {
        status.reason = reason_of_end(unit);
    }
    if (status.phase == WorkloadPhase::failed && gave_up(unit)) {
        status.restarts = unit.n_restarts > 0 ? unit.n_restarts - 1 : 0;
        status.reason = {ReasonCode::start_limit, std::format("was given up after {} restarts; the last time it {}",
                                                              status.restarts, status.reason.text)};
    }
    return status;
}

}  // namespace mcpctl::systemd
