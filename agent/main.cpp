// mcpctl-agent: what systemd starts. Everything it does is in agent/app.
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-id128.h>

#include <CLI/CLI.hpp>
#include <boost/asio/signal_set.hpp>
#include <cstdlib>
#include <format>

#include "agent/app/agent.hpp"
#include "agent/store/sqlite_store.hpp"
#include "base/journal.hpp"

namespace {

using namespace mcpctl;

// sysexits.h: what RestartPreventExitStatus= in the unit names, since trying again cannot help.
constexpr int exit_configuration = 78;

UniqueFd activation_socket() {
    return sd_listen_fds(1) > 0 ? UniqueFd(SD_LISTEN_FDS_START) : UniqueFd();
}

std::string boot_id() {
    sd_id128_t id{};
    char text[SD_ID128_STRING_MAX]{};
    return sd_id128_get_boot(&id) < 0 ? std::string() : std::string(sd_id128_to_string(id, text));
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

int run(const std::string& state_directory) {
    const auto configuration = read_configuration(configuration_files());
    if (!configuration) {
        log::error(configuration.error().reason);
        return exit_configuration;
    }
    asio::io_context loop(1);
    auto store = SqliteStore::open(loop.get_executor(), {.directory = state_directory});
    if (!store) {
        log::error(std::format("cannot open the store in {}: {}. {}", state_directory, store.error().reason,
                               store.error().hint));
        return EXIT_FAILURE;
    }
    auto state = (*store)->load();
    if (!state) {
        log::error(std::format("cannot read the store in {}: {}", state_directory, state.error().reason));
        return EXIT_FAILURE;
    }
    Agent agent(loop.get_executor(), *configuration, **store, *std::move(state), boot_id(), activation_socket());
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

int main(int argc, char** argv) {
    CLI::App options("The agent of mcpctl: runs MCP servers as services. systemd starts it; see mcpctl-agent.service.");
    options.set_version_flag("--version", MCPCTL_VERSION);
    std::string state_directory = default_state_directory();
    options.add_option("--state-directory", state_directory, "Where the store lies")->capture_default_str();
    CLI11_PARSE(options, argc, argv);
    ::umask(0077);
    try {
        return run(state_directory);
    } catch (const std::exception& defect) {
        log::error(std::format("the agent ends because of a defect: {}", defect.what()));
        return EXIT_FAILURE;
    }
}
