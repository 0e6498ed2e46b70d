// The agent as it is, with points at which a test makes it die. It is never packaged.
#include "agent/app/program.hpp"
#include "tests/crash/agent/ports.hpp"

int main(int argc, char** argv) {
    return mcpctl::run_program(argc, argv, [](const mcpctl::Ports& real) {
        static mcpctl::crash::CrashingStore store(real.store);
        static mcpctl::crash::CrashingRuntime runtime(real.runtime);
        return mcpctl::Ports{.store = store,
                             .runtime = runtime,
                             .keeper = real.keeper,
                             .probe = real.probe,
                             .history = real.history,
                             .logs = real.logs,
                             .audit = real.audit,
                             .vault = real.vault};
    });
}
