#include "agent/systemd/unit_status.hpp"

#include <gtest/gtest.h>

#include <csignal>

namespace mcpctl::systemd {
namespace {

using enum WorkloadPhase;

struct Row {
    const char* what;
    UnitState unit;
    WorkloadPhase phase;
    ReasonCode reason = ReasonCode::none;
    const char* text = "";
};

UnitState loaded(const char* active, const char* sub, const char* result = "success") {
    UnitState unit;
    unit.load_state = "loaded";
    unit.active_state = active;
    unit.sub_state = sub;
    unit.result = result;
    unit.restart = "on-failure";
    unit.start_limit_burst = 11;
    unit.exec_main_handoff = 1;
    return unit;
}

UnitState ended(UnitState unit, std::int32_t code, std::int32_t status) {
    unit.exec_main_code = code;
    unit.exec_main_status = status;
    return unit;
}

UnitState never_executed(UnitState unit) {
    unit.exec_main_handoff = 0;
    return unit;
}

UnitState restarted(UnitState unit, std::uint32_t times) {
    unit.n_restarts = times;
    return unit;
}

UnitState with_job(UnitState unit) {
    unit.job = 4711;
    return unit;
}

UnitState not_loaded() {
    UnitState unit = ended(loaded("inactive", "dead"), CLD_EXITED, 0);
    unit.load_state = "not-found";
    return unit;
}

class UnitStatus : public testing::TestWithParam<Row> {};

TEST_P(UnitStatus, IsReadFromTheProperties) {
    const Row& row = GetParam();
    const WorkloadStatus status = workload_status(row.unit);
    EXPECT_EQ(int(status.phase), int(row.phase));
    EXPECT_EQ(int(status.reason.code), int(row.reason));
    EXPECT_EQ(status.reason.text, row.text);
}

INSTANTIATE_TEST_SUITE_P(
    Table, UnitStatus,
    testing::Values(
        // F5: a unit that is not loaded claims success.
        Row{"not loaded", not_loaded(), absent}, Row{"no answer", UnitState{}, absent},
        Row{"start queued", with_job(loaded("inactive", "dead")), starting},
        Row{"start", loaded("activating", "start"), starting}, Row{"running", loaded("active", "running"), running},
        Row{"reloading", loaded("reloading", "reload"), running},
        Row{"maintenance", loaded("maintenance", "cleaning"), running},
        Row{"stopping", loaded("deactivating", "stop-sigterm"), stopping},
        Row{"killing", loaded("deactivating", "final-sigkill"), stopping},
        Row{"exit 0 kept", ended(loaded("active", "exited"), CLD_EXITED, 0), exited, ReasonCode::exit_code,
            "exited with code 0"},
        Row{"exit 0", ended(loaded("inactive", "dead"), CLD_EXITED, 0), exited, ReasonCode::exit_code,
            "exited with code 0"},
        Row{"stopped by signal", ended(loaded("inactive", "dead"), CLD_KILLED, SIGTERM), exited, ReasonCode::signal,
            "was killed by SIGTERM"},
        Row{"never ran, never failed", loaded("inactive", "dead"), failed, ReasonCode::unknown,
            "ended; systemd reports 'success' and no exit"},
        Row{"exit 3", ended(loaded("failed", "failed", "exit-code"), CLD_EXITED, 3), failed, ReasonCode::exit_code,
            "exited with code 3"},
        Row{"own exit 203", ended(loaded("failed", "failed", "exit-code"), CLD_EXITED, 203), failed,
            ReasonCode::exit_code, "exited with code 203"},
        Row{"killed", ended(loaded("failed", "failed", "signal"), CLD_KILLED, SIGKILL), failed, ReasonCode::signal,
            "was killed by SIGKILL"},
        Row{"crashed", ended(loaded("failed", "failed", "core-dump"), CLD_DUMPED, SIGSEGV), failed, ReasonCode::signal,
            "was killed by SIGSEGV (core dumped)"},
        Row{"real-time signal", ended(loaded("failed", "failed", "signal"), CLD_KILLED, 40), failed, ReasonCode::signal,
            "was killed by signal 40"},
        Row{"out of memory", ended(loaded("failed", "failed", "oom-kill"), CLD_KILLED, SIGKILL), failed,
            ReasonCode::out_of_memory, "ran out of memory and was killed"},
        Row{"did not stop", ended(loaded("failed", "failed", "timeout"), CLD_KILLED, SIGKILL), failed,
            ReasonCode::signal, "did not end after SIGTERM and was killed"},
        Row{"did not start", never_executed(ended(loaded("failed", "failed", "timeout"), CLD_KILLED, SIGTERM)), failed,
            ReasonCode::start_timeout, "could not be executed in time"},
        Row{"no executable", never_executed(ended(loaded("failed", "failed", "exit-code"), CLD_EXITED, 203)), failed,
            ReasonCode::missing_executable,
            "cannot be executed: not there, not executable, or not visible inside the sandbox"},
        Row{"no bind source", never_executed(ended(loaded("failed", "failed", "exit-code"), CLD_EXITED, 226)), failed,
            ReasonCode::exit_code,
            "could not be set up by systemd (exit code 226): its file system view cannot be made; do all readPaths and "
            "writePaths exist?"},
        Row{"other set-up", never_executed(ended(loaded("failed", "failed", "exit-code"), CLD_EXITED, 205)), failed,
            ReasonCode::exit_code, "could not be set up by systemd (exit code 205)"},
        Row{"no resources", never_executed(loaded("failed", "failed", "resources")), failed, ReasonCode::unknown,
            "ended; systemd reports 'resources' and no exit"},
        Row{"waits for its restart",
            restarted(ended(loaded("activating", "auto-restart", "exit-code"), CLD_EXITED, 7), 2), restarting,
            ReasonCode::exit_code, "exited with code 7"},
        Row{"restart queued", ended(loaded("activating", "auto-restart-queued", "exit-code"), CLD_EXITED, 7),
            restarting, ReasonCode::exit_code, "exited with code 7"},
        Row{"about to wait", ended(loaded("failed", "failed-before-auto-restart", "exit-code"), CLD_EXITED, 7),
            restarting, ReasonCode::exit_code, "exited with code 7"},
        Row{"about to wait after success", ended(loaded("inactive", "dead-before-auto-restart"), CLD_EXITED, 0),
            restarting, ReasonCode::exit_code, "exited with code 0"},
        Row{"failed again, not yet given up",
            restarted(ended(loaded("failed", "failed", "exit-code"), CLD_EXITED, 7), 10), failed, ReasonCode::exit_code,
            "exited with code 7"},
        Row{"given up", restarted(ended(loaded("failed", "failed", "exit-code"), CLD_EXITED, 7), 11), failed,
            ReasonCode::start_limit, "was given up after 10 restarts; the last time it exited with code 7"},
        Row{"given up, said so", restarted(ended(loaded("failed", "failed", "start-limit-hit"), CLD_EXITED, 7), 4),
            failed, ReasonCode::start_limit, "was given up after 3 restarts; the last time it exited with code 7"}),
    [](const testing::TestParamInfo<Row>& row) {
        std::string name = row.param.what;
        std::erase_if(name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; });
        return name;
    });

TEST(UnitStatus, CarriesIdentityAndTimes) {
    UnitState unit = restarted(loaded("active", "running"), 2);
    unit.main_pid = 42;
    unit.invocation_id = "00112233445566778899aabbccddeeff";
    unit.state_change = 1234567;
    const WorkloadStatus status = workload_status(unit);
    EXPECT_EQ(status.pid, 42);
    EXPECT_EQ(status.restarts, 2U);
    EXPECT_EQ(status.runtime_id, "00112233445566778899aabbccddeeff");
    EXPECT_EQ(status.since, 1234567U);
}

TEST(UnitStatus, CountsOnlyRestartsThatHappened) {
    const auto given_up = restarted(ended(loaded("failed", "failed", "exit-code"), CLD_EXITED, 7), 11);
    EXPECT_EQ(workload_status(given_up).restarts, 10U);
}

}  // namespace
}  // namespace mcpctl::systemd
