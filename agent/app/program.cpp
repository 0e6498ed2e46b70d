#include "agent/app/program.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <format>

#include "agent/audit/journal_audit.hpp"
#include "agent/audit/journal_socket.hpp"
#include "agent/audit/system_audit_journal.hpp"
#include "agent/logs/journal_logs.hpp"
#include "agent/logs/system_journal.hpp"
#include "agent/probe/mcp_probe.hpp"
#include "agent/secrets/credential_vault.hpp"
#include "agent/store/health_history.hpp"
#include "agent/store/sqlite_store.hpp"
#include "agent/systemd/descriptor_store.hpp"
#include "agent/systemd/systemd_runtime.hpp"
#include "base/journal.hpp"

namespace mcpctl {
namespace {

// sysexits.h: what RestartPreventExitStatus= in the unit names, since trying again cannot help.
constexpr int exit_configuration = 78;

// For what trying again cannot help. Who waits on the socket is turned away: otherwise PID 1 would start the next agent
// for them at once, and again, for ever.
int refuse_to_run() {
    const UniqueFd socket = systemd::take_passed_descriptors().socket;
    pollfd waiting{socket.get(), POLLIN, 0};
    while (socket && ::poll(&waiting, 1, 0) == 1 && UniqueFd(::accept4(socket.get(), nullptr, nullptr, SOCK_CLOEXEC))) {
    }
    return exit_configuration;
}

// systemd.exec(5): the directory that StateDirectory= made.
std::string default_state_directory() {
    const char* given = std::getenv("STATE_DIRECTORY");
    return given == nullptr ? "/var/lib/mcpctl" : given;
}

Task<void> handle_signals(asio::signal_set& signals, Agent& agent) {
    while (true) {
        const int number = co_await signals.async_wait(asio::use_awaitable);
        if (number != SIGHUP) {
            agent.terminate();
            co_return;
        }
        agent.reload();
    }
}

int run(const std::string& state_directory, const PortsBetween& between) {
    const auto configuration = read_configuration(configuration_files());
    if (!configuration) {
        log::error(configuration.error().reason);
        return refuse_to_run();
    }
    asio::io_context loop(1);
    auto store = SqliteStore::open(loop.get_executor(), {.directory = state_directory});
    if (!store) {
        log::error(std::format("cannot open the store in {}: {}. {}", state_directory, store.error().reason,
                               store.error().hint));
        return store.error().code == ErrorCode::NotSupported ? refuse_to_run() : EXIT_FAILURE;
    }
    auto state = (*store)->load();
    if (!state) {
        log::error(std::format("cannot read the store in {}: {}", state_directory, state.error().reason));
        return EXIT_FAILURE;
    }
    // PID 1 reads them by this path.
    const std::filesystem::path secrets_directory = std::filesystem::absolute(state_directory) / "secrets";
    systemd::SystemdRuntime runtime(loop.get_executor(), state->installation_id, secrets_directory);
    secrets::CredentialVault vault(secrets_directory);
    systemd::DescriptorStore keeper;
    McpProbe probe(loop.get_executor());
    SqliteHealthHistory history(loop.get_executor(), std::filesystem::path(state_directory) / "health.db");
    logs::JournalLogs logs(loop.get_executor(), logs::open_system_journal);
    audit::JournalSocket journal;
    audit::JournalAudit audit(loop.get_executor(), state->installation_id, journal, audit::open_system_audit_journal);
    const Ports ports{.store = **store,
                      .runtime = runtime,
                      .keeper = keeper,
                      .probe = probe,
                      .history = history,
                      .logs = logs,
                      .audit = audit,
                      .vault = vault};
    auto passed = systemd::take_passed_descriptors();
    Agent agent(loop.get_executor(), *configuration, between ? between(ports) : ports, *std::move(state),
                {std::move(passed.socket), std::move(passed.kept)});
    asio::signal_set signals(loop, SIGTERM, SIGINT, SIGHUP);
    spawn_detached(loop.get_executor(), "handling signals", handle_signals(signals, agent));
    int status = EXIT_FAILURE;
    asio::co_spawn(loop, agent.run(), [&](const std::exception_ptr& failure, int ended) {
        if (failure) {
            std::rethrow_exception(failure);
        }
        status = ended;
        loop.stop();
    });
    loop.run();
    return status;
}

}  // namespace

int run_program(int argc, char** argv, const PortsBetween& between) {
    CLI::App options("The agent of mcpctl: runs MCP servers as services. systemd starts it; see mcpctl-agent.service.");
    options.set_version_flag("--version", MCPCTL_VERSION);
    std::string state_directory = default_state_directory();
    options.add_option("--state-directory", state_directory, "Where the store lies")->capture_default_str();
    CLI11_PARSE(options, argc, argv);
    ::umask(0077);
    std::signal(SIGPIPE, SIG_IGN);  // readers of logs come and go
    try {
        return run(state_directory, between);
    } catch (const std::exception& defect) {
        log::error(std::format("the agent ends because of a defect: {}", defect.what()));
        return EXIT_FAILURE;
    }
}

}  // namespace mcpctl
