// mcpctl-relay: what a container's unit runs. PID 1 starts it; see agent/docker/container_runtime.hpp.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <format>

#include "agent/app/configuration.hpp"
#include "agent/relay/relay.hpp"
#include "base/journal.hpp"

namespace mcpctl::relay {
namespace {

Result<Options> with_engine(Options options, const std::string& name) {
    const auto configuration = read_configuration(configuration_files());
    if (!configuration) {
        return std::unexpected(configuration.error());
    }
    for (const Engine& engine : configuration->engines) {
        options.sockets.push_back(engine.socket);
        if (engine.name == name) {
            options.engine = engine;
        }
    }
    return options.engine.name.empty() ? fail(ErrorCode::NotFound, std::format("no engine is named {}", name))
                                       : Result<Options>(std::move(options));
}

Task<void> pass_signals(asio::signal_set& signals, Relay& relay) {
    while (true) {
        co_await signals.async_wait(asio::use_awaitable);
        relay.terminate();
    }
}

int run(Options options) {
    asio::io_context loop(1);
    Relay relay(loop.get_executor(), std::move(options));
    asio::signal_set signals(loop, SIGTERM, SIGINT);
    spawn_detached(loop.get_executor(), "passing signals on", pass_signals(signals, relay));
    int status = docker::relay_failed;
    asio::co_spawn(loop, relay.run(), [&](const std::exception_ptr& failure, int ended) {
        if (failure) {
            std::rethrow_exception(failure);
        }
        status = ended;
        loop.stop();
    });
    loop.run();
    return status;
}

int run_program(int argc, char** argv) {
    CLI::App app("Stands for a container of an MCP server in its unit. systemd starts it.");
    Options options;
    std::string engine;
    app.add_option("--engine", engine, "Name of the engine")->required();
    app.add_option("--installation", options.installation, "Whose container it must be")->required();
    app.add_flag("--stdio", options.stdio, "Join standard input and output to the container's");
    app.add_option("CONTAINER", options.container, "Its name")->required();
    CLI11_PARSE(app, argc, argv);
    auto whole = with_engine(std::move(options), engine);
    if (!whole) {
        log::error(whole.error().reason);
        return docker::relay_failed;
    }
    return run(*std::move(whole));
}

}  // namespace
}  // namespace mcpctl::relay

int main(int argc, char** argv) {
    // Whoever does not read any more is no reason to die.
    std::signal(SIGPIPE, SIG_IGN);
    try {
        return mcpctl::relay::run_program(argc, argv);
    } catch (const std::exception& defect) {
        mcpctl::log::error(std::format("the relay ends because of a defect: {}", defect.what()));
        return mcpctl::docker::relay_failed;
    }
}
